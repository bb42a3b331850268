import { audienceQuery } from '../conditions/index.ts';
import { isInAudience } from '../databases/index.ts';
import { isAddress } from '../email/address.ts';
import { shareOf } from '../outcomes/index.ts';
import { type Plan, quietUntil, sendsMarketing } from '../plan/index.ts';
import type { HistoryEntry } from '../state/index.ts';
import type { ExplainContext, LoopExplanation, Moment, Person } from './explain.ts';
import { sentenceOf } from './words.ts';

/** The audience is read for one subject: as quick as a lookup by key where the query lets the database do so. */
const QUERY_TIMEOUT_MS = 30_000;

/** Why a loop that mails an audience mailed somebody, or did not: what its passes came to, and what the next would. */
export async function explainAudience(
  plan: Plan,
  person: Person,
  context: ExplainContext,
): Promise<LoopExplanation> {
  const { loop, entry, users } = plan;
  const { state, database } = context;
  const standings = await state.history.of(person.subject);
  const standing = standings.find((one) => one.loop === loop && one.entry === entry);
  const story = (standing?.history ?? []).map(momentOf);
  const sql = audienceQuery(plan.steps[0]?.condition, { kind: database.kind, users });
  const isMember = await isInAudience(database, {
    sql,
    id: users.id,
    is: person.subject,
    timeoutMs: QUERY_TIMEOUT_MS,
  });
  const last = standing?.history.at(-1);
  const bar = isMember ? barOf(plan, person, context) : 'the query does not select them now';
  const before = last === undefined ? 'No pass has met them yet.' : sentenceOf(factOf(last));
  const next = bar === undefined ? nextWord(last) : ` The next pass will not: ${bar}.`;
  return { loop, entry, because: `${before}${next}`, story };
}

function momentOf(entry: HistoryEntry): Moment {
  const { from, to, times } = entry;
  const often = times === 1 ? '' : ` At ${times} passes in a row.`;
  return { at: from, until: times === 1 ? undefined : to, text: `${sentenceOf(factOf(entry))}${often}` };
}

const factOf = ({ outcome, reason }: HistoryEntry) => ({ outcome, detail: { reason } });

/** What the ledger knows decides too; of that, the last pass has told. */
function nextWord(last: HistoryEntry | undefined): string {
  return last === undefined ? ' The next will, if the caps let it.' : '';
}

/** What keeps them from being mailed now, other than what the ledger knows. */
function barOf(
  plan: Plan,
  { subject, row, email, suppressed, isErased }: Person,
  { now }: ExplainContext,
): string | undefined {
  const { holdout = 0, quietHours } = plan.rules ?? {};
  if (isErased) return 'they were erased';
  if (holdout > 0 && shareOf(`${plan.loop}/holdout`, subject) < holdout) return 'they are held out';
  if (email === undefined || !isAddress(email)) return 'there is no address to mail';
  if (suppressed !== undefined && sendsMarketing(plan))
    return `the address must not be mailed, ${suppressed}`;
  const end = quietUntil(quietHours, { timezone: row?.[plan.users.timezone ?? 'timezone'], now });
  return end === undefined ? undefined : `it is in their quiet hours until ${new Date(end).toISOString()}`;
}
