import { serve, type WorkflowContext, WorkflowNonRetryableError } from '@upstash/workflow';
import { performAction } from '../actions/index.ts';
import type { CustomAction } from '../config/index.ts';
import type { Database } from '../databases/index.ts';
import type { Mailer, TemplateSource } from '../email/index.ts';
import type { Services } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createQStashClient, createReceiver, type RunPayload } from '../runs/index.ts';
import { createRun, type Run } from './run.ts';

/** The story of one type of loop: what a run does, from its start to its end. */
export interface WorkflowDefinition {
  type: string;
  story: (run: Run) => Promise<void>;
}

/** Names the story of a type of loop. */
export function defineWorkflow(type: string, story: WorkflowDefinition['story']): WorkflowDefinition {
  return { type, story };
}

/** What runs find where they execute: code cannot travel in their payload. */
export interface WorkflowHost {
  services: Services;
  database: () => Promise<Database>;
  mailer: () => Promise<Mailer>;
  templates: Readonly<Record<string, TemplateSource>>;
  actions: Readonly<Record<string, CustomAction>>;
  settings: Deployment['email'];
}

/** Serves a workflow at `url`: answers QStash's calls, and only those (the signature is always checked). */
export function serveWorkflow(
  definition: WorkflowDefinition,
  url: string,
  host: WorkflowHost,
): (request: Request) => Promise<Response> {
  const { services } = host;
  const { env } = services;
  const { handler } = serve<RunPayload>(
    async (context) => {
      refuseUnknownVersion(context.requestPayload);
      await definition.story(
        createRun({ context, services, database: host.database, act: actingWith(host) }),
      );
    },
    {
      url,
      qstashClient: createQStashClient({ ...env.qstash, headers: env.bypassHeaders }),
      receiver: createReceiver(env.signingKeys, url),
      disableTelemetry: true,
      failureFunction: async ({ context, failStatus, failResponse }) => {
        await recordFailure(context.requestPayload, { failStatus, failResponse }, services);
      },
    },
  );
  return handler;
}

function actingWith({
  services,
  mailer,
  templates,
  actions,
  settings,
}: WorkflowHost): Parameters<typeof createRun>[0]['act'] {
  const { env, state, now } = services;
  return (action, site) =>
    performAction(action, site, {
      state,
      mailer,
      templates,
      actions,
      settings,
      defaultFrom: env.from,
      functionsUrl: env.functionsUrl,
      secret: env.secret,
      now,
    });
}

function refuseUnknownVersion(payload: WorkflowContext<RunPayload>['requestPayload']): void {
  if (payload.version === 1 && payload.plan.version === 1) return;
  throw new WorkflowNonRetryableError(
    'This run was started by a newer version of Skene than the one that answers here; deploy that version again.',
  );
}

async function recordFailure(
  { runId, plan, subject }: RunPayload,
  { failStatus, failResponse }: { failStatus: number; failResponse: string },
  { state, now, report }: Services,
): Promise<void> {
  const detail = { status: failStatus, reason: failResponse };
  await state.runLog.record([
    { runId, loop: plan.loop, subject, outcome: 'failed', step: '', at: now(), detail, final: true },
  ]);
  report({ kind: 'outcome', runId, loop: plan.loop, subject, outcome: 'failed', detail });
}
