import { databaseOf } from '../changes/index.ts';
import {
  act,
  type DashboardContext,
  emailHtml,
  exportOf,
  type Frame,
  LIVE_SCRIPT,
  loginPage,
  PAGE_HEADERS,
  type Place,
  readAction,
  renderDocument,
  type View,
  viewOf,
} from '../dashboard/index.ts';
import type { OpenDatabase } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { createServices } from '../intake/index.ts';
import { createOperations } from '../operations/index.ts';
import type { Deployment } from '../plan/index.ts';
import { readBody } from '../sources/index.ts';
import { ENDED_COOKIE, isSecret, isSignedIn, sessionCookie } from './dashboard-session.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** What the dashboard shows. */
export interface DashboardSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for; asked only where somebody is explained. */
  openDatabase: OpenDatabase;
}

/** The pages, by the names of the navigation. */
const PLACES = [
  { name: 'Loops', href: '?page=loops' },
  { name: 'Runs', href: '?page=runs' },
  { name: 'People', href: '?page=people' },
  { name: 'Health', href: '?page=health' },
];
const LIVE_MS = 4_000;
const MOST_BYTES = 10_000;

/** What a host may put beside the pages. */
export interface DashboardOptions extends HandlerOptions {
  /** Other pages of the same site, for the navigation. */
  places?: readonly Place[] | undefined;
}

/**
 * `/api/dashboard`: what the loops do, for whoever knows SKENE_SECRET. GET shows and changes nothing; POST does what a form of its own pages
 * asks for. All of it is one address, told apart by its query, so that it needs no routes.
 */
export function createDashboardHandler(
  { deployment, openDatabase }: DashboardSources,
  { places = [], ...options }: DashboardOptions = {},
): { GET: Handler; POST: Handler } {
  const env = options.env ?? createEnv();
  const { now } = createServices(env, options);
  let opened: DashboardContext | undefined;
  function context(): DashboardContext {
    opened ??= {
      env,
      deployment,
      operations: createOperations(env),
      database: databaseOf(env, deployment.database, openDatabase),
      now,
    };
    return opened;
  }
  const inside = { places: [...PLACES, ...places], everyMs: LIVE_MS, canSignOut: true };
  // A session is a matter of people and browsers: it goes by the machine's clock.
  const isIn = (request: Request) => isSignedIn(request, env.secret, Date.now());

  return {
    GET: answering(async (request) => {
      const { searchParams: query } = new URL(request.url);
      if (query.get('asset') === 'live.js')
        return new Response(LIVE_SCRIPT, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
      if (!isIn(request)) return page(loginPage({ isWrong: false }), OUTSIDE);
      if (query.get('page') === 'export') return exportAnswer(query.get('id') ?? '', context());
      if (query.get('page') === 'email-html') return emailAnswer(await emailHtml(query.get('id') ?? '', env));
      return page(await viewOf(query, context()), inside);
    }),
    POST: answering(async (request) => {
      requireSameOrigin(request);
      const action = new URL(request.url).searchParams.get('action');
      const form = new URLSearchParams(await readBody(request, MOST_BYTES));
      if (action === 'login') {
        if (!isSecret(form.get('secret') ?? '', env.secret))
          return page(loginPage({ isWrong: true }), OUTSIDE);
        const isSecure = new URL(env.functionsUrl).protocol === 'https:';
        return goTo('?page=loops', sessionCookie(env.secret, { now: Date.now(), isSecure }));
      }
      if (!isIn(request)) return page(loginPage({ isWrong: false }), OUTSIDE);
      if (action === 'logout') return goTo('?page=loops', ENDED_COOKIE);
      const wanted = readAction(action, form);
      if (wanted === undefined)
        throw new RequestError('REQUEST_INVALID', 'Nothing like that can be done here.');
      return goTo(await act(wanted, context()));
    }),
  };
}

const OUTSIDE: Frame = { places: [] };

async function page(view: View, frame: Frame): Promise<Response> {
  return new Response(await renderDocument(view, frame), {
    status: view.status ?? 200,
    headers: PAGE_HEADERS,
  });
}

async function exportAnswer(subject: string, context: DashboardContext): Promise<Response> {
  return new Response(await exportOf(subject, context), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

/** An email's own HTML, for a frame: it runs nothing, and reaches nothing but images. */
function emailAnswer(email: string | undefined): Response {
  return new Response(email ?? '', {
    status: email === undefined ? 404 : 200,
    headers: {
      ...PAGE_HEADERS,
      'content-security-policy':
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'",
    },
  });
}

/** The page that follows, so that a reload does nothing twice. */
function goTo(location: string, cookie?: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) },
  });
}

/**
 * Only forms of the dashboard's own pages may ask for something. Every browser of today says where a request comes from.
 * @see https://www.w3.org/TR/fetch-metadata/
 * @throws {RequestError} UNAUTHORIZED for what comes from elsewhere.
 */
function requireSameOrigin({ headers, url }: Request): void {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const isOwn =
    site === null
      ? origin !== null && URL.canParse(origin) && new URL(origin).host === new URL(url).host
      : site === 'same-origin';
  if (!isOwn) throw new RequestError('UNAUTHORIZED', 'This comes from another site.');
}
