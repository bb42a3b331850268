import { compileConfig } from '../../src/compile/index.ts';
import { type LoopInput, resolveConfig } from '../../src/config/index.ts';
import { openDatabase } from '../../src/databases/open/any.ts';
import { builtInTemplates } from '../../src/email/index.ts';
import { createRouter } from '../../src/server/router.ts';
import { createWorld, type World } from '../../src/testing/index.ts';
import { workflows } from '../../workflows/index.ts';
import { withReminder } from '../integration/loops/activation.ts';
import { type StripeServer, startStripe } from '../servers/stripe.ts';

/** A deployment to be attacked: its functions are called without a socket between. */
export interface Target {
  world: World;
  /** All functions, as the router has them. */
  functions: (request: Request) => Promise<Response>;
  /** Sends a request; `path` is below the functions' address. Headers that cannot be sent at all are left out. */
  send(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** An answer, read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

const LOOPS: LoopInput[] = [
  withReminder,
  {
    id: 'invited',
    type: 'activation',
    opinion: 'Whoever signs up is welcome',
    steps: [
      {
        trigger: { type: 'webhook', provider: 'clerk', event: 'user.created' },
        action: {
          type: 'email',
          template: 'activation_welcome',
          personalization: { activationLink: 'https://example.com' },
        },
      },
    ],
  },
  {
    id: 'tracked',
    type: 'activation',
    opinion: 'Whoever exports is told so',
    steps: [
      {
        trigger: { type: 'event', name: 'project.exported' },
        action: {
          type: 'email',
          template: 'activation_welcome',
          personalization: {
            name: '{{ event.name | default: "there" }}',
            activationLink: 'https://example.com',
          },
        },
      },
    ],
  },
  {
    id: 'limits',
    type: 'freemium',
    opinion: 'Whoever meets the limit pays',
    steps: [
      {
        trigger: { type: 'api', endpoint: '/api/features/**', method: 'POST' },
        condition: {
          type: 'usage',
          limit: { free: 1_000_000, paid: Number.POSITIVE_INFINITY },
          period: '30d',
        },
        action: { type: 'block', message: 'Upgrade to continue.', upgradeUrl: 'https://example.com/upgrade' },
      },
    ],
  },
];

/** Starts a deployment of loops of several kinds in a world of its own. */
export async function openTarget({
  variables = {},
}: {
  variables?: Record<string, string>;
} = {}): Promise<Target> {
  const stripe: StripeServer = await startStripe();
  const config = { loops: LOOPS };
  const world = await createWorld({ config, variables: { STRIPE_API_URL: stripe.url, ...variables } });
  const { env, clock } = world.stack;
  const resolved = resolveConfig(config);
  const functions = createRouter(
    {
      deployment: compileConfig(resolved),
      templates: builtInTemplates,
      actions: {},
      workflows,
      openDatabase,
    },
    { env, now: clock.now },
  );
  return {
    world,
    functions,
    async send(path, { method = 'POST', headers = {}, body } = {}) {
      const request = new Request(`${env.functionsUrl}${path}`, {
        method,
        headers: sendable(headers),
        ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
      });
      const response = await functions(request);
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async close() {
      await world.close();
      await stripe.close();
    },
  };
}

function sendable(headers: Record<string, string>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      result.set(name, value);
    } catch {
      // No client can send it either.
    }
  }
  return result;
}

/**
 * What every answer has to be, whatever was asked: never a failure of ours, and when it refuses, a problem document that says no more than it
 * should.
 */
export function expectAnswered({ status, headers, text }: Answer): void {
  if (status >= 500) throw new Error(`It answered ${status}: ${text.slice(0, 300)}`);
  if (status < 400) return;
  if (!/^(?:application\/problem\+json|text\/html)/.test(headers.get('content-type') ?? ''))
    throw new Error(`${status} is no problem document: ${text.slice(0, 300)}`);
  if (/\bat .*\.[tj]s:\d+/.test(text)) throw new Error(`A stack trace got out: ${text.slice(0, 300)}`);
}
