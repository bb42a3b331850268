/**
 * `@skene/sdk/web`: all functions as one `(Request) => Promise<Response>`, for Hono and whatever else speaks the Web's own types.
 */
import { workflows } from '../../workflows/index.ts';
import { createEnv, type EnvSource } from '../env/index.ts';
import { createLocalClock } from '../server/local-time.ts';
import { createRouter } from '../server/router.ts';
import type { WorkflowSources } from '../server/workflows.ts';
import { USUAL_PATH } from './usual-path.ts';

export { USUAL_PATH } from './usual-path.ts';

/** What `skene build` writes into `compiled/` of an app: its loops, its templates, its own steps and the driver of its database. */
export type Compiled = Omit<WorkflowSources, 'workflows'>;

/** How an app mounts the functions. */
export interface MountOptions {
  /** Where the app mounts them, as QStash and the links in emails reach it; `/api/skene` unless told. A path in SKENE_URL wins. */
  path?: string | undefined;
  /** Where variables come from; `process.env` unless told. */
  variables?: EnvSource | undefined;
}

/**
 * All functions of a deployment (events, workflows, schedules, webhooks, unsubscribe, health) behind one handler.
 * @param compiled what `skene build` wrote.
 * @returns a handler of every request below the path it is mounted at. It answers what it does not know with 404, and never throws.
 * @example
 * const functions = skene(compiled);
 * app.all('/api/skene/*', (context) => functions(context.req.raw)); // Hono
 */
export function skene(
  compiled: Compiled,
  { path = USUAL_PATH, variables }: MountOptions = {},
): (request: Request) => Promise<Response> {
  const env = createEnv(variables, path.replace(/\/+$/, ''));
  const { now, hear } = createLocalClock(env);
  const functions = createRouter({ ...compiled, workflows }, { env, now });
  return (request) => {
    hear(request);
    return functions(request);
  };
}
