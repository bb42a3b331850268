import { formatDuration } from '../config/duration.ts';
import { type Env, isLoopback } from '../env/index.ts';
import { messageOf, ProviderError } from '../errors/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createQStashClient } from '../runs/index.ts';
import { type Finding, look } from './finding.ts';
import { planScheduleSync } from './schedules.ts';

/** What every plan of Upstash waits at once, in seconds: that of the free one. */
const EVERY_PLAN_SECONDS = 7 * 86_400;

const QSTASH = 'https://qstash.upstash.io';

/** Looks at QStash: whether it answers, has the schedules, signs with the keys that are set, and waits for as long as the loops do. */
export async function lookAtQStash(env: Env, deployment: Deployment): Promise<Finding[]> {
  const findings = await Promise.all([
    look('QStash', async () => {
      // A local stack carries changed rows by itself.
      const isLocal = isLoopback(env.functionsUrl);
      const missing = (await planScheduleSync(env, deployment)).filter(
        ({ action, id }) => action !== 'keep' && !(isLocal && id.endsWith('-drain')),
      );
      if (missing.length === 0) return 'answers; its schedules are as they should be';
      return {
        state: 'warning',
        detail: `answers; ${missing.length} schedules differ: ${missing.map(({ id }) => id).join(', ')}`,
        hint: 'Run skene sync --schedules.',
      };
    }),
    look('signing keys', () => lookAtKeys(env)),
    look('longest wait', () => lookAtWaits(env, deployment)),
  ]);
  return findings.flat();
}

/** Calls that are signed with a key which is not set are refused: no run would go on. */
async function lookAtKeys({ signingKeys, qstash }: Env): Promise<string | Omit<Finding, 'name'>> {
  const answer = await fetch(`${(qstash.url ?? QSTASH).replace(/\/$/, '')}/v2/keys`, {
    headers: { authorization: `Bearer ${qstash.token}` },
  });
  if (!answer.ok)
    throw new ProviderError(
      answer.status === 401 ? 'PROVIDER_REJECTED' : 'PROVIDER_UNAVAILABLE',
      `QStash answered ${answer.status} when it was asked for its signing keys.`,
      { hint: 'Copy QSTASH_URL and QSTASH_TOKEN from console.upstash.com, QStash tab.' },
    );
  const { current } = (await answer.json()) as { current: string };
  if (current === signingKeys.current) return 'the current and the next one are set';
  if (current === signingKeys.next)
    return {
      state: 'warning',
      detail: "QStash's keys were rotated once since they were set",
      hint: 'Set QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY anew before they are rotated again.',
    };
  return {
    state: 'problem',
    detail: 'QStash signs with another key, so its calls are refused and no run goes on',
    hint: 'Copy QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY from console.upstash.com, QStash tab.',
  };
}

async function lookAtWaits(env: Env, { plans }: Deployment): Promise<string | Omit<Finding, 'name'>> {
  const waits = plans.flatMap(({ steps, longestWait }) =>
    steps.flatMap(({ delay, condition }) =>
      [delay, timeoutOf(condition)].map((seconds) => ({ seconds, atOnce: Math.min(seconds, longestWait) })),
    ),
  );
  const longest = Math.max(0, ...waits.map(({ seconds }) => seconds));
  const atOnce = Math.max(0, ...waits.map((wait) => wait.atOnce));
  if (longest === 0) return 'no loop waits';
  const wanted =
    atOnce < longest
      ? `${formatDuration(longest)}, as a chain of waits of ${formatDuration(atOnce)}`
      : formatDuration(longest);
  if (atOnce <= EVERY_PLAN_SECONDS) return `${wanted}; every plan of Upstash waits that long`;
  const limit = await longestDelay(env, atOnce);
  if (limit === undefined) return `${wanted}; this plan of Upstash waits that long`;
  return {
    state: 'problem',
    detail: `${wanted}, and this plan of Upstash waits ${formatDuration(limit)} at most: such a wait fails`,
    hint: `Build with SKENE_LONGEST_WAIT=${formatDuration(limit)}, which makes a chain of waits of it, or choose a larger plan.`,
  };
}

function timeoutOf(condition: Deployment['plans'][number]['steps'][number]['condition']): number {
  return condition === undefined || condition.type === 'usage' ? 0 : condition.timeout;
}

/**
 * Upstash tells the limit of a plan only to who goes beyond it: a message is published that would be due after so long, and taken back.
 * @returns the limit in seconds, or `undefined` where `seconds` is within it.
 */
async function longestDelay(env: Env, seconds: number): Promise<number | undefined> {
  const client = createQStashClient(env.qstash);
  try {
    const { messageId } = await client.publish({
      url: `${env.functionsUrl}/health`,
      method: 'GET',
      delay: seconds,
      retries: 0,
    });
    await client.messages.cancel(messageId);
    return undefined;
  } catch (error) {
    const limit = /maxDelay exceeded, current limit: (\d+)/.exec(messageOf(error))?.[1];
    if (limit === undefined) throw error;
    return Number(limit);
  }
}
