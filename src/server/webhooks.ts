import { databaseOf } from '../changes/index.ts';
import type { OpenDatabase } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { ProviderError } from '../errors/index.ts';
import { acceptDelivery } from '../intake/accept-delivery.ts';
import { createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { readBody } from '../sources/index.ts';
import { readWebhook } from '../sources/webhook.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';
import { createTablesWriter } from './tables-writer.ts';

/** What the function of webhooks serves. */
export interface WebhookSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for: where subscriptions are written down, and whose an address is. */
  openDatabase: OpenDatabase;
}

/**
 * `POST /api/webhooks/{provider}`: Clerk, Stripe, Resend, NextAuth. Answers 200 once QStash has accepted every run they start; otherwise an
 * error, and the provider sends the webhook again. One that comes twice is answered the same and starts nothing.
 */
export function createWebhooksHandler(
  { deployment, openDatabase }: WebhookSources,
  options: HandlerOptions = {},
): { POST: Handler } {
  const env = options.env ?? createEnv();
  const services = createServices(env, options);
  const tables = createTablesWriter({ env, deployment, openDatabase, now: services.now });
  const database = databaseOf(env, deployment.database, openDatabase);

  async function findByEmail(email: string): Promise<string | undefined> {
    const { table, email: column, id } = deployment.users;
    const row = await (await database()).find(table, column, email);
    return row?.[id] === undefined || row[id] === null ? undefined : String(row[id]);
  }

  return {
    POST: answering(async (request) => {
      const provider = new URL(request.url).pathname.split('/').at(-1) ?? '';
      const { headers } = request;
      const body = await readBody(request);
      const delivery = await readWebhook(
        provider,
        { url: `${env.functionsUrl}/webhooks/${provider}`, headers, body },
        { env, at: services.now() },
      );
      const { started, known, refused } = await acceptDelivery(delivery, {
        deployment,
        services,
        findByEmail,
        keepSubscription: tables.subscription,
      });
      if (refused.length > 0)
        throw new ProviderError(
          'PROVIDER_UNAVAILABLE',
          `QStash refused ${refused.length} runs: ${refused[0]}`,
        );
      return Response.json({ started, known });
    }),
  };
}
