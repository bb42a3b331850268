import type { Polling } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import { type Deployment, isStartedBy, type Watch } from '../plan/index.ts';
import { createState, type State } from '../state/index.ts';
import { type Finding, problemOf } from './finding.ts';

const NAME = 'polling';

/** So long after the last poll something must be wrong with what polls: two rounds of the drain's schedule. */
const POLL_PATIENCE_MS = 120_000;

/** Looks at every watched table of a database that is polled: how it is read, what cannot be, and how far behind that is. */
export async function lookAtPolling(
  polling: Polling,
  env: Env,
  { watches, plans }: Deployment,
): Promise<Finding[]> {
  const { cursors } = createState({ ...env.redis, namespace: env.namespace });
  const findings = watches.map(async (watch): Promise<Finding[]> => {
    try {
      const { found, refused, advice } = await polling.check(watch);
      return [
        await lookAtLag(watch, { found, polling, cursors }),
        ...refused.map(({ operation, reason, hint }): Finding => {
          const isNeeded = isStartedBy(plans, { table: watch.table, operation });
          return { name: NAME, state: isNeeded ? 'problem' : 'warning', detail: reason, hint };
        }),
        ...advice.map((detail): Finding => ({ name: NAME, state: 'warning', detail })),
      ];
    } catch (error) {
      return [problemOf(NAME, error)];
    }
  });
  return (await Promise.all(findings)).flat();
}

async function lookAtLag(
  watch: Watch,
  { found, polling, cursors }: { found: string; polling: Polling; cursors: State['cursors'] },
): Promise<Finding> {
  const what = `${watch.table}: ${found}`;
  const hint = 'Check the schedule (skene sync --schedules), or start skene relay.';
  const kept = await cursors.get(watch.table);
  if (kept === undefined) return { name: NAME, state: 'warning', detail: `${what}; not polled yet`, hint };
  const { rows, oldestAt } = await polling.backlog(watch, kept.cursor);
  const age = Date.now() - kept.at;
  const isLate = age > POLL_PATIENCE_MS;
  const waiting = oldestAt === undefined ? '' : `, the oldest for ${inSeconds(Date.now() - oldestAt)}`;
  return {
    name: NAME,
    state: isLate ? 'problem' : 'ok',
    detail: `${what}; last polled ${inSeconds(age)} ago, ${rows === 0 ? 'nothing' : `${rows} rows`} behind${waiting}`,
    hint: isLate ? hint : undefined,
  };
}

function inSeconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1_000))} s`;
}
