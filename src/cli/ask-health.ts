import * as z from 'zod';
import { isLoopback } from '../env/index.ts';
import { EnvError, messageOf, ProviderError, RequestError } from '../errors/index.ts';
import type { Finding } from '../sync/index.ts';

const OverviewSchema = z.looseObject({ status: z.enum(['ok', 'failing']), loops: z.number() });

const HealthSchema = OverviewSchema.extend({
  time: z.iso.datetime(),
  namespace: z.string(),
  names: z.array(z.string()),
  findings: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'problem']),
      detail: z.string(),
      hint: z.string().optional(),
    }),
  ),
});

/** What a deployment says of itself to somebody who knows its secret. */
export interface DeploymentHealth {
  /** Where its functions are. */
  url: string;
  /** `production`, or `preview-<branch>`. */
  namespace: string;
  /** The names of its loops. */
  loops: string[];
  findings: Finding[];
}

/** A function that was asleep starts first, and looks at everything for up to ten seconds. */
const PATIENCE_MS = 30_000;

/** Beyond this the links and signatures that one makes are too old, or not yet valid, for the other. */
const MOST_SKEW_SECONDS = 30;

/**
 * Asks a deployment how it is, which also tells whether `token` is its secret.
 * @param urls where its functions may be; the first that answers as Skene does is it.
 * @param headers what lets a request through to it, beside the token.
 * @throws {ProviderError} when it cannot be reached or is too old to say, {RequestError} when it refuses the token or is not Skene.
 */
export async function askHealth(
  urls: readonly string[],
  token: string,
  headers: Record<string, string> = {},
): Promise<DeploymentHealth> {
  let answer: Answer | undefined;
  for (const url of urls) {
    answer = await ask(url, { ...headers, authorization: `Bearer ${token}` });
    if (answer.status !== 404) break;
  }
  if (answer === undefined) throw new EnvError('USAGE', 'No address was given.');
  return read(answer);
}

interface Answer {
  url: string;
  status: number;
  location: string | null;
  body: unknown;
  at: number;
}

async function ask(url: string, headers: Record<string, string>): Promise<Answer> {
  try {
    const response = await fetch(`${url}/health`, {
      headers,
      // The secret is for this address, and for no other that it may name.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const at = Date.now();
    const body: unknown = await response.json().catch(() => undefined);
    return { url, status: response.status, location: response.headers.get('location'), body, at };
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new ProviderError(
      'PROVIDER_UNAVAILABLE',
      `The deployment at ${url} cannot be reached: ${messageOf(cause ?? error)}`,
      {
        hint: 'Check the address, and that the deployment is there.',
        cause: error,
      },
    );
  }
}

function read({ url, status, location, body, at }: Answer): DeploymentHealth {
  const health = HealthSchema.safeParse(body);
  if (health.success) {
    const { namespace, names, findings, time } = health.data;
    return { url, namespace, loops: names, findings: [...findings, ...skewOf(url, Date.parse(time) - at)] };
  }
  if (OverviewSchema.safeParse(body).success)
    throw new ProviderError(
      'PROVIDER_REJECTED',
      `The deployment at ${url} is of a version of Skene that cannot tell how it is.`,
      {
        hint: 'Deploy it with the version that you have here (npm install @skene/sdk@latest), and try again.',
      },
    );
  const { code, detail } = (body ?? {}) as { code?: string; detail?: string };
  if (code === 'UNAUTHORIZED')
    throw new RequestError('UNAUTHORIZED', `The deployment at ${url} refuses this token.`, {
      hint: 'It is the SKENE_SECRET of the deployment: vercel env pull shows it.',
    });
  if (code === 'ENV_MISSING' || code === 'ENV_INVALID')
    throw new ProviderError('PROVIDER_REJECTED', `The deployment at ${url} answers: ${detail ?? code}`, {
      hint: 'Set it where the deployment keeps its variables, deploy again, and try again.',
    });
  if (status === 401 || status === 403 || (status >= 300 && status < 400))
    throw new RequestError(
      'UNAUTHORIZED',
      `Something in front of ${url} asks who you are${towards(location)}.`,
      {
        hint: "For Vercel's deployment protection set VERCEL_AUTOMATION_BYPASS_SECRET; else write the address that it leads to.",
      },
    );
  if (status >= 500)
    throw new ProviderError('PROVIDER_UNAVAILABLE', `The deployment at ${url} answered ${status}.`, {
      hint: 'See the log of the deployment.',
    });
  throw new RequestError('NOT_FOUND', `What is at ${url}/health does not answer as Skene does (${status}).`, {
    hint: 'Write the address at which the functions are mounted: https://app.example.com/growth',
  });
}

const towards = (location: string | null): string => (location === null ? '' : `, and leads to ${location}`);

/** The clock of a local stack may have been moved. */
function skewOf(url: string, skewMs: number): Finding[] {
  if (isLoopback(url)) return [];
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (seconds <= MOST_SKEW_SECONDS)
    return [{ name: 'clock', state: 'ok', detail: 'the deployment and this machine agree' }];
  return [
    {
      name: 'clock',
      state: 'warning',
      detail: `the deployment is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine`,
      hint: 'Set the clock of this machine: what it signs is refused when clocks differ.',
    },
  ];
}
