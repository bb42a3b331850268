import { openDatabase } from '../databases/open/any.ts';
import { problemResponse, RequestError } from '../errors/index.ts';
import type { Deployment } from '../plan/index.ts';
import type { WorkflowDefinition } from '../runtime/index.ts';
import { createEventsHandler } from '../server/events.ts';
import { createHealthHandler } from '../server/health.ts';
import type { Handler, HandlerOptions } from '../server/respond.ts';
import { createSchedulesHandler } from '../server/schedules.ts';
import { createUnsubscribeHandler } from '../server/unsubscribe.ts';
import { createWebhooksHandler } from '../server/webhooks.ts';
import { createWorkflowsHandler, type WorkflowSources } from '../server/workflows.ts';

/** What is served: a project as it is now. */
export type FunctionSources = Omit<WorkflowSources, 'workflows' | 'openDatabase'> & {
  workflows: Readonly<Record<string, WorkflowDefinition>>;
};

/** Routes requests as Vercel routes them to the files of `api/`. */
export function createFunctions(project: FunctionSources, options: HandlerOptions): Handler {
  const sources = { ...project, openDatabase };
  const { deployment } = sources satisfies { deployment: Deployment };
  const routes: Array<[RegExp, Partial<Record<string, Handler>>]> = [
    [/^\/api\/events$/, createEventsHandler(deployment, options)],
    [/^\/api\/workflows\/v1\/[^/]+$/, createWorkflowsHandler(sources, options)],
    [/^\/api\/schedules\/[^/]+$/, createSchedulesHandler(sources, options)],
    [/^\/api\/unsubscribe$/, createUnsubscribeHandler(options)],
    [/^\/api\/webhooks\/[^/]+$/, createWebhooksHandler(sources, options)],
    [/^\/api\/health$/, createHealthHandler(deployment, options)],
  ];

  return async (request) => {
    const { pathname } = new URL(request.url);
    const methods = routes.find(([path]) => path.test(pathname))?.[1];
    if (methods === undefined)
      return problemResponse(new RequestError('NOT_FOUND', `There is nothing at ${pathname}.`));
    const handler = methods[request.method];
    if (handler !== undefined) return handler(request);
    const allow = Object.keys(methods).join(', ');
    return problemResponse(new RequestError('METHOD_NOT_ALLOWED', `${pathname} takes ${allow}.`), { allow });
  };
}
