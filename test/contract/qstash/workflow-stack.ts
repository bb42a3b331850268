import { Client, Receiver } from '@upstash/qstash';
import { serve, type WorkflowContext } from '@upstash/workflow';

import { DEV_SIGNING_KEYS, DEV_TOKEN } from '../../../src/dev/qstash/index.ts';
import type { LocalStack } from './local-stack.ts';

type ServeOptions = Parameters<typeof serve>[1];

/** Mounts a workflow at `path` of the stack's app, through the vendor's own `serve`, signatures checked. */
export function mountWorkflow<TPayload = unknown, TResult = unknown>(
  stack: LocalStack,
  path: string,
  {
    run,
    ...options
  }: { run: (context: WorkflowContext<TPayload>) => Promise<TResult> } & Partial<NonNullable<ServeOptions>>,
): string {
  const { handler } = serve<TPayload, Request, Response, TResult>(run, {
    ...(options as object),
    url: stack.app + path,
    qstashClient: new Client({ baseUrl: stack.url, token: DEV_TOKEN, retry: false, enableTelemetry: false }),
    receiver: new Receiver({
      currentSigningKey: DEV_SIGNING_KEYS.current,
      nextSigningKey: DEV_SIGNING_KEYS.next,
    }),
    disableTelemetry: true,
  });
  return stack.route(path, handler);
}

/** The log of one run. */
export async function logOf(stack: LocalStack, workflowRunId: string) {
  const { runs } = await stack.workflow.logs({ filter: { workflowRunId } });
  const run = runs[0];
  if (run === undefined) throw new Error(`no log of ${workflowRunId}`);
  return run;
}
