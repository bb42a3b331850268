import { databaseOf, drainChanges } from '../changes/index.ts';
import type { OpenDatabase } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { ProviderError, RequestError } from '../errors/index.ts';
import { acceptEvents, createServices } from '../intake/index.ts';
import { type Deployment, taskOf } from '../plan/index.ts';
import { createReceiver, verifyQStashRequest } from '../runs/index.ts';
import { readBody, tickEvent } from '../sources/index.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** What the function of schedules serves. */
export interface ScheduleSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for. */
  openDatabase: OpenDatabase;
}

/** Less than the shortest time limit of a Vercel function, so that a drain ends by itself. */
const DRAIN_BUDGET_MS = 8_000;

/**
 * `POST /api/schedules/{task}`: what QStash's schedules call for. `drain` empties the outbox, any other task starts the pass of a loop
 * (`retention.step-1`): one for each tick, however often and late it is told of. Signed by QStash, or refused.
 */
export function createSchedulesHandler(
  { deployment, openDatabase }: ScheduleSources,
  options: HandlerOptions = {},
): { POST: Handler } {
  const env = options.env ?? createEnv();
  const context = {
    deployment,
    services: createServices(env, options),
    database: databaseOf(env, deployment.database, openDatabase),
  };

  async function startPass(task: string): Promise<Response> {
    const { services } = context;
    const plan = deployment.plans.find((candidate) => taskOf(candidate) === task);
    const event = plan && (await tickEvent(plan, services.now()));
    if (event === undefined)
      throw new RequestError('NOT_FOUND', `No loop has the schedule "${task}".`, {
        hint: 'Bring the schedules into step with the loops: skene sync --schedules.',
      });
    const { started, known, refused } = await acceptEvents([event], { deployment, services });
    if (refused.length > 0)
      throw new ProviderError(
        'PROVIDER_UNAVAILABLE',
        `QStash refused the pass of ${task}: ${refused[0]?.reason}`,
      );
    return Response.json({ tick: event.time, started: started.length, known: known.length });
  }

  return {
    POST: answering(async (request) => {
      const task = new URL(request.url).pathname.split('/').at(-1) ?? '';
      const body = await readBody(request);
      const signature = request.headers.get('upstash-signature');
      const url = `${env.functionsUrl}/schedules/${task}`;
      await verifyQStashRequest(createReceiver(env.signingKeys, url), { signature, body });
      if (env.isPreview) return Response.json({ skipped: 'preview deployments run no schedules' });
      if (task !== 'drain') return startPass(task);
      return Response.json(await drainChanges(context, { budgetMs: DRAIN_BUDGET_MS }));
    }),
  };
}
