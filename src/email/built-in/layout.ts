/** What goes into the layout; all of it is HTML with Liquid. */
export interface LayoutParts {
  /** The document's title: the subject line. */
  title: string;
  /** The words that mail programs show after the subject. */
  preheader: string;
  body: string;
  /** The language it is written in, as a BCP 47 tag; `en` unless told. */
  lang?: string | undefined;
}

/**
 * The frame of every template that is not a whole HTML document: one column of at most 600 px, readable at 320 px,
 * in light and dark, with the link to unsubscribe. Tables and inline styles, because Outlook knows no others. The
 * optional variables `product` and `address` name the sender in the footer (many countries ask for a postal address).
 */
export function layout({ title, preheader, body, lang = 'en' }: LayoutParts): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${title}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; width: 100%; -webkit-text-size-adjust: 100%; }
a { color: #4338ca; }
.card p, .card ul, .card ol { margin: 0 0 16px; }
.card h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.3; font-weight: 700; letter-spacing: -0.01em; }
.card h2 { margin: 24px 0 8px; font-size: 18px; line-height: 1.4; }
.card img { max-width: 100%; height: auto; }
@media (max-width: 480px) {
  .outer { padding: 16px 12px !important; }
  .card { padding: 28px 20px !important; }
  .button { width: 100% !important; }
  .button a { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
${DARK.map(([selector, style]) => `  ${selector} { ${style} }`).join('\n')}
}
${DARK.map(([selector, style]) => `[data-ogsc] ${selector} { ${style} }`).join('\n')}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f4f4f5;">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;" aria-hidden="true">${preheader}${'&#847;&zwnj;&nbsp;'.repeat(40)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page" style="background-color:#f4f4f5;">
<tr><td class="outer" align="center" style="padding:40px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;">
<tr><td class="card" dir="auto" style="padding:40px;background-color:#ffffff;border:1px solid #e4e4e7;border-radius:12px;color:#18181b;font-family:${FONT};font-size:16px;line-height:1.6;text-align:start;word-break:break-word;overflow-wrap:anywhere;">
${body}
</td></tr>
<tr><td class="muted" align="center" style="padding:24px 16px 0;color:#52525b;font-family:${FONT};font-size:13px;line-height:1.6;overflow-wrap:anywhere;">
${FOOTER}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

/** A button that is a link. It stays readable where background colours are dropped. */
export function button(href: string, label: string): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="button" style="margin:24px 0;">
<tr><td align="center" bgcolor="#18181b" style="border-radius:8px;background-color:#18181b;"><a class="action" href="${href}" style="display:inline-block;padding:13px 24px;border-radius:8px;font-size:16px;line-height:1.3;font-weight:600;color:#ffffff;text-decoration:none;">${label}</a></td></tr>
</table>`;
}

/** The footer of the plain-text part. */
export const textFooter = `{% if product != blank or unsubscribeUrl %}--
{% if product != blank %}{{ product }}{% if address != blank %}, {{ address }}{% endif %}
{% endif %}{% if unsubscribeUrl %}Unsubscribe: {{ unsubscribeUrl }}
{% endif %}{% endif %}`;

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const DARK: ReadonlyArray<readonly [selector: string, style: string]> = [
  ['.page', 'background-color: #0f0f12 !important;'],
  [
    '.card',
    'background-color: #1b1b20 !important; border-color: #303038 !important; color: #f4f4f5 !important;',
  ],
  ['.muted', 'color: #a1a1aa !important;'],
  ['a', 'color: #a5b4fc !important;'],
  ['.muted a', 'color: #a1a1aa !important;'],
  ['.button td', 'background-color: #f4f4f5 !important;'],
  ['a.action', 'color: #18181b !important;'],
  ['.panel', 'background-color: #26262d !important;'],
];

const FOOTER = `{% if product != blank %}<p style="margin:0 0 8px;">{{ product }}{% if address != blank %} &middot; {{ address }}{% endif %}</p>
{% endif %}{% if unsubscribeUrl %}<p style="margin:0;">You get this because you have an account with us. <a href="{{ unsubscribeUrl }}" style="color:#52525b;">Unsubscribe</a></p>{% endif %}`;
