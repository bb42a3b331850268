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
  /** It does not bring itself up to date: making it asks others. */
  isStill?: boolean | undefined;
}

/** A place in the navigation. */
export interface Place {
  name: string;
  href: string;
}

/** What stands around a page. */
export interface Frame {
  /** The navigation; none for whoever is not signed in. */
  places: readonly Place[];
  /** How often the page brings itself up to date, in ms; never when left out. */
  everyMs?: number | undefined;
  /** Whether there is a session to end. */
  canSignOut?: boolean | undefined;
}

/** Makes a whole document of a view. */
export async function renderDocument(
  { title, body, current, isStill = false }: View,
  frame: Frame,
): Promise<string> {
  const { places, everyMs, canSignOut = false } = frame;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Skene</title>
        <style>${raw(STYLE)}</style>
        ${everyMs === undefined || isStill ? '' : html`<script src="?asset=live.js" data-every="${everyMs}" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${places.length === 0 ? '' : navigation(places, { current, canSignOut })}
        <main id="main" tabindex="-1"><h1>${title}</h1>${body}</main>
      </body>
    </html>`;
  return String(await document);
}

function navigation(
  places: readonly Place[],
  { current, canSignOut }: { current: string | undefined; canSignOut: boolean },
): Markup {
  const links = places.map(
    ({ name, href }) =>
      html`<li><a href="${href}" ${name === current ? raw('aria-current="page"') : ''}>${name}</a></li>`,
  );
  return html`<header>
    <nav aria-label="Skene"><strong>Skene</strong><ul>${links}</ul></nav>
    ${canSignOut ? html`<form method="post" action="?action=logout"><button class="quiet">Sign out</button></form>` : ''}
  </header>`;
}

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Nothing comes from anywhere else, nothing is embedded anywhere, and nothing inline runs. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
