/**
 * `@skene/sdk/next`: all functions in one route of a Next.js app (App Router).
 */
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
