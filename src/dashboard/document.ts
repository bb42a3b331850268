import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { STYLE } from './style.ts';

/** What stands inside of a page. */
export type Markup = ReturnType<typeof html>;

/** A page, before its frame is put around it. */
export interface View {
  title: string;
  body: Markup;
  /** The name of the page in the navigation that this one belongs to. */
  current?: string | undefined;
  /** 200 unless told. */
  status?: number | undefined;
}

/** A place in the navigation. */
interface Place {
  name: string;
  href: string;
}

/**
 * Makes a whole document of a view.
 * @param places the navigation; none for whoever is not signed in.
 */
export async function renderDocument(
  { title, body, current }: View,
  places: readonly Place[],
): Promise<string> {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Skene</title>
        <style>${raw(STYLE)}</style>
        ${places.length === 0 ? '' : html`<script src="?asset=live.js" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${places.length === 0 ? '' : navigation(places, current)}
        <main id="main" tabindex="-1"><h1>${title}</h1>${body}</main>
      </body>
    </html>`;
  return String(await document);
}

function navigation(places: readonly Place[], current: string | undefined): Markup {
  const links = places.map(
    ({ name, href }) =>
      html`<li><a href="${href}" ${name === current ? raw('aria-current="page"') : ''}>${name}</a></li>`,
  );
  return html`<header>
    <nav aria-label="Dashboard"><strong>Skene</strong><ul>${links}</ul></nav>
    <form method="post" action="?action=logout"><button class="quiet">Sign out</button></form>
  </header>`;
}

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Nothing comes from anywhere else, nothing is embedded anywhere, and nothing inline runs. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Brings a page up to date every few seconds, while it is looked at and nothing in it is being filled in. */
export const LIVE_SCRIPT = `
const EVERY_MS = 4000;
async function refresh() {
  const main = document.querySelector('main');
  if (document.hidden || main.contains(document.activeElement) && document.activeElement !== main) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
  const open = [...main.querySelectorAll('details')].map((one) => one.open);
  for (const [index, one] of [...next.querySelectorAll('details')].entries()) one.open = open[index] ?? one.open;
  if (next.innerHTML !== main.innerHTML) main.replaceChildren(...next.childNodes);
}
setInterval(() => refresh().catch(() => {}), EVERY_MS);
`;
