/**
 * `@skene/sdk/next`: all functions in one route of a Next.js app (App Router), and the gate around its route handlers.
 */
import { type GatedApp, type GateFront, type GateFrontOptions, openGate } from './gate-front.ts';
import { type Compiled, type MountOptions, skene as mount } from './web.ts';

/** The methods of a route handler. */
export interface RouteHandlers {
  GET(request: Request): Promise<Response>;
  POST(request: Request): Promise<Response>;
}

/**
 * Mounts the functions in `app/api/skene/[...path]/route.ts`.
 * @param compiled what `skene build` wrote; run it before `next build` and `next dev`.
 * @example
 * import { skene } from '@skene/sdk/next';
 * import { compiled } from '@/compiled';
 *
 * export const maxDuration = 60;
 * export const { GET, POST } = skene(compiled);
 */
export function skene(compiled: Compiled, options: MountOptions = {}): RouteHandlers {
  const handler = mount(compiled, options);
  return { GET: handler, POST: handler };
}

/** The gate of a Next.js app. */
export interface NextGate extends Pick<GateFront, 'withGate' | 'refuseBlocked'> {
  /** To be exported from `proxy.ts`: answers who is blocked before a route is reached, and charges nothing. */
  proxy(request: Request): Promise<Response | undefined>;
}

/**
 * Opens the gate of a Next.js app.
 * @param compiled what `skene build` wrote.
 * @example
 * // gate.ts
 * export const { withGate, proxy } = nextGate(compiled, { subject: { clerk: auth } });
 * // app/api/features/[name]/route.ts
 * export const POST = withGate(async (request) => Response.json(await work(request)));
 * // proxy.ts, where one is wanted; with Clerk, whose `auth` is not to be had there:
 * export default clerkMiddleware(async (auth, request) => refuseBlocked(request, (await auth()).userId));
 */
export function nextGate(compiled: GatedApp, options: GateFrontOptions): NextGate {
  const { withGate, refuseBlocked } = openGate(compiled, options);
  // Next.js hands a second argument in, which is no subject.
  return { withGate, refuseBlocked, proxy: (request) => refuseBlocked(request) };
}
