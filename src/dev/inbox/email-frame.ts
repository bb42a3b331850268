/** Links in the frame would open inside of it, where the page's own policy stops them. */
function inNewTab(email: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(email) ? email.replace(/<head[^>]*>/i, (head) => head + base) : base + email;
}

/** What the frame of an email may do: nothing but open links in new tabs. */
export const EMAIL_SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

/**
 * The HTML of an email, for a frame of a page at one of these addresses: it runs nothing and reaches nothing but images; its links open in a new
 * tab.
 */
export function emailFrame(html: string): Response {
  return new Response(inNewTab(html), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `sandbox ${EMAIL_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-ancestors 'self'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  });
}
