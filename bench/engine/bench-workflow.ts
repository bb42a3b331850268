import { Client, Receiver } from '@upstash/qstash';
import { serve, Client as WorkflowClient } from '@upstash/workflow';
import { DEV_SIGNING_KEYS, DEV_TOKEN } from '../../src/dev/qstash/index.ts';
import type { Engine, Progress } from './engine.ts';

/** The workflow that is measured, on `@upstash/workflow` as it is published: every delivery is verified. It is served at `url`. */
export function benchWorkflow(at: {
  qstashUrl: string;
  url: string;
  progress: Progress;
}): Pick<Engine, 'start' | 'send'> & { handler: (request: Request) => Promise<Response> } {
  const { url, progress } = at;
  const access = { baseUrl: at.qstashUrl, token: DEV_TOKEN, enableTelemetry: false };
  const { handler } = serve<{ run: string }>(
    async (context) => {
      const { run } = context.requestPayload;
      await context.run('step', () => progress.stepped(run));
      await context.waitForEvent('wait', `event-${run}`, { timeout: '1d' });
      await context.run('act', () => progress.acted(run));
    },
    {
      url,
      qstashClient: new Client(access),
      receiver: new Receiver({
        currentSigningKey: DEV_SIGNING_KEYS.current,
        nextSigningKey: DEV_SIGNING_KEYS.next,
      }),
      disableTelemetry: true,
    },
  );
  const client = new WorkflowClient(access);
  return {
    handler,
    start: async (run) => void (await client.trigger({ url, body: { run }, workflowRunId: run })),
    // By the run's id, which is kept until the run waits, as Skene does it.
    send: async (run) =>
      void (await client.notify({ eventId: `event-${run}`, eventData: run, workflowRunId: `wfr_${run}` })),
  };
}
