import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { Store, StoredEmail } from './store.ts';

/** The pages for people: the list of emails, one email, and its HTML as a mail program would show it. */
export function createPages(store: Store): Hono {
  const pages = new Hono();
  pages.get('/', (context) => context.html(listPage(store.all().reverse()), 200, PAGE_HEADERS));
  pages.get('/api/emails', (context) => context.json(store.all().reverse()));
  pages.get('/:id{[0-9a-f-]{36}}', (context) => {
    const email = store.get(context.req.param('id'));
    if (email === undefined) return context.notFound();
    return context.html(emailPage(email, context.req.query('width')), 200, PAGE_HEADERS);
  });
  pages.get('/:id{[0-9a-f-]{36}}/html', (context) => {
    const email = store.get(context.req.param('id'));
    if (email?.html === undefined) return context.notFound();
    return context.html(inNewTab(email.html), 200, EMAIL_HEADERS);
  });
  return pages;
}

/** Links in the frame would open inside of it, where the page's own policy stops them. */
function inNewTab(email: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(email) ? email.replace(/<head[^>]*>/i, (head) => head + base) : base + email;
}

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 16%, transparent); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 1.5rem; font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.1rem; }
a { color: inherit; }
nav { margin-bottom: 1rem; }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.8rem 1rem; text-decoration: none; }
li a:hover, li a:focus-visible { background: var(--line); }
strong { overflow-wrap: anywhere; }
small { opacity: 0.75; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0 0 1.5rem; font-size: 0.9rem; }
dt { opacity: 0.75; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 60vh; border: 1px solid var(--line); border-radius: 10px; background: Canvas; }
iframe.phone { width: 362px; }
pre { padding: 1rem; border: 1px solid var(--line); border-radius: 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** An email's own HTML runs nothing and reaches nothing but images; its links open in a new tab. */
const EMAIL_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy':
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-ancestors 'self'",
};

function page(title: string, body: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${raw(STYLE)}</style></head>
<body>${body}</body>
</html>`;
}

function listPage(emails: StoredEmail[]) {
  const items = emails.map(
    (email) =>
      html`<li><a href="/${email.id}"><strong>${email.subject}</strong>${timeOf(email)}<small>to ${email.to.join(', ')}</small></a></li>`,
  );
  const list = html`<ul>${items}</ul>`;
  const empty = html`<p>No emails yet. What the loops send arrives here, and goes nowhere else.</p>`;
  return page('Inbox', html`<h1>Inbox (${emails.length})</h1>${emails.length === 0 ? empty : list}`);
}

function emailPage(email: StoredEmail, width: string | undefined) {
  const rows = Object.entries({
    From: email.from,
    To: email.to.join(', '),
    Cc: email.cc.join(', '),
    Bcc: email.bcc.join(', '),
    'Reply-To': email.replyTo.join(', '),
    ...email.headers,
    Tags: Object.entries(email.tags)
      .map((tag) => tag.join(': '))
      .join(', '),
  }).filter(([, value]) => value !== '');
  const isPhone = width === 'phone';
  const switched = isPhone
    ? html`<a href="/${email.id}">Full width</a>`
    : html`<a href="/${email.id}?width=phone">As on a phone</a>`;
  const frame = html`<p>${switched}</p><iframe class="${isPhone ? 'phone' : 'wide'}" title="The email as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/${email.id}/html"></iframe>`;
  return page(
    email.subject,
    html`<nav><a href="/">All emails</a></nav>
<h1>${email.subject}</h1>
<dl><dt>Received</dt><dd>${timeOf(email)}</dd>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${email.html === undefined ? '' : frame}
${email.text === undefined ? '' : html`<h2>Plain text</h2><pre>${email.text}</pre>`}`,
  );
}

function timeOf({ at }: StoredEmail) {
  const time = new Date(at).toISOString();
  return html`<time datetime="${time}"><small>${time.slice(0, 19).replace('T', ' ')} UTC</small></time>`;
}
