import { connectResend, dataOf } from '../../email/resend.ts';
import type { Env } from '../../env/index.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';

type Resend = Awaited<ReturnType<typeof connectResend>>;
type Events = Parameters<Resend['webhooks']['create']>[0]['events'];

/** What of an account's endpoints is read at once; there is no reason for an account to have more. */
const MOST = 100;

/**
 * The webhook endpoints of an account at Resend, which have no marks of whose they are: none is ever ours to remove.
 * @see https://resend.com/docs/api-reference/webhooks/create-webhook
 */
export function resendEndpoints({ resend }: Pick<Env, 'resend'>): Endpoints {
  const connect = () => connectResend(resend);
  return {
    async list() {
      const { data } = dataOf(await (await connect()).webhooks.list({ limit: MOST }));
      return data.map(
        ({ id, endpoint, events, status }): Endpoint => ({
          id,
          url: endpoint,
          events: events ?? ['*'],
          isEnabled: status === 'enabled',
          isOurs: false,
        }),
      );
    },
    async create({ url, events }) {
      const made = await (await connect()).webhooks.create({ endpoint: url, events: events as Events });
      return dataOf(made).signing_secret;
    },
    async change(id, { url, events }) {
      const wanted = { endpoint: url, events: events as Events, status: 'enabled' as const };
      dataOf(await (await connect()).webhooks.update(id, wanted));
    },
    async remove(id) {
      dataOf(await (await connect()).webhooks.remove(id));
    },
  };
}
