import { problemResponse, RequestError } from '../errors/index.ts';
import { createDashboardHandler, type DashboardOptions } from './dashboard.ts';
import { createEventsHandler } from './events.ts';
import { createGateHandler } from './gate.ts';
import { createHealthHandler } from './health.ts';
import type { Handler } from './respond.ts';
import { createSchedulesHandler } from './schedules.ts';
import { createUnsubscribeHandler } from './unsubscribe.ts';
import { createWebhooksHandler } from './webhooks.ts';
import { createWorkflowsHandler, type WorkflowSources } from './workflows.ts';

/**
 * All functions as one handler, by the paths that Vercel gives the files of `api/`. What precedes a path is where an app has
 * mounted them, and is looked at by nobody.
 */
export function createRouter(sources: WorkflowSources, options: DashboardOptions = {}): Handler {
  const { deployment } = sources;
  const routes: Array<[RegExp, Partial<Record<string, Handler>>]> = [
    [/\/events$/, createEventsHandler(deployment, options)],
    [/\/gate$/, createGateHandler(sources, options)],
    [/\/workflows\/v1\/[^/]+$/, createWorkflowsHandler(sources, options)],
    [/\/schedules\/[^/]+$/, createSchedulesHandler(sources, options)],
    [/\/unsubscribe$/, createUnsubscribeHandler(deployment, options)],
    [/\/webhooks\/[^/]+$/, createWebhooksHandler(sources, options)],
    [/\/dashboard$/, createDashboardHandler(sources, options)],
    [/\/health$/, createHealthHandler(sources, options)],
  ];

  return async (request) => {
    const { pathname } = new URL(request.url);
    const methods = routes.find(([path]) => path.test(pathname))?.[1];
    if (methods === undefined)
      return problemResponse(new RequestError('NOT_FOUND', `There is nothing at ${pathname}.`));
    // Not what every object has: outside of Node a request may be of method `constructor`.
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (handler !== undefined) return handler(request);
    const allow = Object.keys(methods).join(', ');
    return problemResponse(new RequestError('METHOD_NOT_ALLOWED', `${pathname} takes ${allow}.`), { allow });
  };
}
