import type { Capture, Database } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { planDatabaseSync } from './database/plan-database-sync.ts';
import type { Finding } from './finding.ts';
import { lookAtPolling } from './look-at-polling.ts';

/** The oldest row may wait this long before something must be wrong with what carries them: two rounds of the drain's schedule. */
const OUTBOX_PATIENCE_MS = 120_000;

/** Looks at how the rows that loops watch are noticed, and how far behind that is. */
export async function lookAtWatching(
  database: Database,
  env: Env,
  deployment: Deployment,
): Promise<Finding[]> {
  return database.capture === undefined
    ? lookAtPolling(database.polling, env, deployment)
    : [await lookAtTriggers(database, deployment), ...(await lookAtOutbox(database.capture))];
}

async function lookAtTriggers(database: Database, { watches }: Deployment): Promise<Finding> {
  const changes = (await planDatabaseSync(database, watches)).actions.filter(
    ({ action }) => action !== 'keep',
  );
  if (changes.length === 0)
    return { name: 'triggers', state: 'ok', detail: `${watches.length} tables are watched` };
  const detail = changes.map(({ action, table, reason }) => `${action} ${table}: ${reason}`).join('; ');
  return { name: 'triggers', state: 'problem', detail, hint: 'Run skene sync --database.' };
}

async function lookAtOutbox({ outbox }: Capture): Promise<Finding[]> {
  const { installed, waiting, oldestAt, setAside, lastError, missed, problems } = await outbox.status();
  if (!installed)
    return [
      { name: 'outbox', state: 'problem', detail: 'it is not there', hint: 'Run skene sync --database.' },
    ];
  const age = oldestAt === undefined ? 0 : Date.now() - oldestAt.getTime();
  const stuck = age > OUTBOX_PATIENCE_MS;
  const findings: Finding[] = [
    {
      name: 'outbox',
      state: stuck ? 'problem' : 'ok',
      detail: waiting === 0 ? 'empty' : `${waiting} rows wait, the oldest for ${Math.round(age / 1000)} s`,
      hint: stuck
        ? 'Nothing carries them: check the schedule (skene sync --schedules) or start skene relay.'
        : undefined,
    },
  ];
  for (const detail of problems)
    findings.push({
      name: 'outbox',
      state: 'problem',
      detail,
      hint: 'Run skene sync --database; rows that were missed are found again.',
    });
  if (missed > 0)
    findings.push({
      name: 'missed rows',
      state: 'warning',
      detail: `triggers failed ${missed} times`,
      hint: 'The next drain reads the tables themselves and finds them.',
    });
  if (setAside > 0)
    findings.push({
      name: 'set aside',
      state: 'problem',
      detail: `${setAside} rows could not be carried: ${lastError ?? 'unknown'}`,
      hint: 'Mend the cause; what is set aside stays in skene_outbox.',
    });
  return findings;
}
