import type { Place } from './model.ts';
import { lineOf, type Repository } from './repository.ts';

/** A function of the application that answers POST requests: what somebody may be charged for. */
export interface Route extends Place {
  /** As a trigger names it: `/api/features/*`. */
  endpoint: string;
}

/** What is not a product's feature: signing in, paying, and what machines call. */
const NOT_FEATURES =
  /^\/api\/(?:auth|skene|webhooks?|cron|stripe|clerk|billing|checkout|health|trpc|uploadthing|inngest)\b/;

const HANDLER =
  /^export\s+(?:async\s+function|function|const)\s+POST\b|^export\s+const\s+\{[^}]*\bPOST\b|^export\s*\{[^}]*\bPOST\b/m;

/** The routes below `/api` of a Next.js app that answer POST, without those of sign-in, payment and webhooks. */
export async function readRoutes(repository: Repository, folder: string): Promise<Route[]> {
  const within = folder === '' ? '' : `${folder}/`;
  const routes: Route[] = [];
  for (const file of repository.files.filter((path) => path.startsWith(within))) {
    const path = file.slice(within.length);
    const app = /^(?:src\/)?app\/((?:[^/]+\/)*?api\/.+)\/route\.[cm]?[jt]sx?$/.exec(path)?.[1];
    const pages = /^(?:src\/)?pages\/(api\/.+?)(?:\/index)?\.[cm]?[jt]sx?$/.exec(path)?.[1];
    const endpoint = endpointOf(app ?? pages);
    if (endpoint === undefined || NOT_FEATURES.test(endpoint)) continue;
    const text = (await repository.read(file)) ?? '';
    const pattern = app === undefined ? /['"]POST['"]/ : HANDLER;
    if (pattern.test(text)) routes.push({ endpoint, file, line: lineOf(text, pattern) });
  }
  return routes;
}

/** `api/features/[name]` as `/api/features/*`; groups in brackets are in no address. */
function endpointOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const parts = path.split('/').filter((part) => !/^\(.*\)$/.test(part));
  const globs = parts.map((part) => (/^\[\[?\.\.\./.test(part) ? '**' : part.startsWith('[') ? '*' : part));
  return `/${globs.join('/')}`;
}
