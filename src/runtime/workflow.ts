import { serve, type WorkflowContext, WorkflowNonRetryableError } from '@upstash/workflow';
import { type ActionContext, performAction } from '../actions/index.ts';
import type { CustomAction } from '../config/index.ts';
import type { Database } from '../databases/index.ts';
import type { Mailer, TemplateSource } from '../email/index.ts';
import type { Services } from '../intake/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { createQStashClient, createReceiver, type RunPayload } from '../runs/index.ts';
import { causeOf } from './failure-cause.ts';
import { createPace } from './pace.ts';
import { createPassRun } from './pass-run.ts';
import { goOnAfterFailure, turnOf } from './pass-turn.ts';
import { createRun, type Run } from './run.ts';
import type { RunContext } from './run-context.ts';

/** The story of one type of loop: what a run does, from its start to its end. */
export interface WorkflowDefinition {
  type: string;
  story: (run: Run) => Promise<void>;
}

/**
 * A step works for a quarter of what a function may take (60 s in vercel.json): what one query, one batch and Redis can add to it is not
 * in our hands. Upstash takes 1,000 steps in a run.
 */
const PASS_PACE = { stepMs: 15_000, mostSteps: 900 };

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
  /** The loops as they are deployed now; a run may have begun by other definitions of them. */
  plans: readonly Plan[];
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
  const pace = { ...PASS_PACE, next: createPace(env.resendRate) };
  const { handler } = serve<RunPayload>(
    async (context) => {
      refuseUnknownVersion(context.requestPayload);
      const { requestPayload: payload } = context;
      const { database, plans: deployed } = host;
      const run = createRun({ context, services, database, deployed, act: actingWith(host) });
      const passContext = { payload, services, database, deployed, sending: actionContextOf(host), pace };
      const audience = isPass(payload) ? createPassRun(context, passContext) : undefined;
      await definition.story({ ...run, audience });
    },
    {
      url,
      qstashClient: createQStashClient({ ...env.qstash, headers: env.bypassHeaders }),
      receiver: createReceiver(env.signingKeys, url),
      disableTelemetry: true,
      failureFunction: async ({ context, failStatus, failResponse }) => {
        const { requestPayload: payload } = context;
        await recordFailure(payload, { by: context.workflowRunId, failStatus, failResponse }, services);
        if (isPass(payload))
          await goOnAfterFailure(turnOf(payload, context.workflowRunCreatedAt), failStatus, {
            payload,
            services,
          });
      },
    },
  );
  return handler;
}

function isPass({ plan }: RunPayload): boolean {
  return plan.trigger.type === 'schedule';
}

function actingWith(host: WorkflowHost): RunContext['act'] {
  return (action, site) => performAction(action, site, actionContextOf(host));
}

function actionContextOf({ services, mailer, templates, actions, settings }: WorkflowHost): ActionContext {
  const { env, state, now } = services;
  return {
    state,
    mailer,
    templates,
    actions,
    settings,
    defaultFrom: env.from,
    functionsUrl: env.functionsUrl,
    secret: env.secret,
    now,
  };
}

function refuseUnknownVersion(payload: WorkflowContext<RunPayload>['requestPayload']): void {
  if (payload.version === 1 && payload.plan.version === 1) return;
  throw new WorkflowNonRetryableError(
    'This run was started by a newer version of Skene than the one that answers here; deploy that version again.',
  );
}

async function recordFailure(
  { runId, plan, subject }: RunPayload,
  { by, failStatus, failResponse }: { by: string; failStatus: number; failResponse: string },
  { state, now, report }: Services,
): Promise<void> {
  const detail = { status: failStatus, reason: causeOf(failResponse) };
  const news = await state.runLog.record([
    { runId, loop: plan.loop, subject, outcome: 'failed', step: '', at: now(), detail, final: true, by },
  ]);
  if (news > 0) report({ kind: 'outcome', runId, loop: plan.loop, subject, outcome: 'failed', detail });
}
