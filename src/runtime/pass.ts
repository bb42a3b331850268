import type { ActionContext } from '../actions/index.ts';
import { audienceQuery } from '../conditions/index.ts';
import type { Database } from '../databases/index.ts';
import { stableHash } from '../events/index.ts';
import type { Services } from '../intake/index.ts';
import type { PlanRules } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { PageFact, PageSite, Pass, Place } from '../state/index.ts';
import { createAudienceReader } from './audience-reader.ts';
import { candidatesOf } from './candidates.ts';
import { createPageMailer } from './mail-page.ts';

/** How fast a pass goes, and how far in one step. */
export interface PassPace {
  /** How long one step works, in ms of the machine: less than a function may take. */
  stepMs: number;
  /** How many steps one run takes before it hands over to a next one. */
  mostSteps: number;
  /** Waits until the provider takes another batch. */
  next: () => Promise<void>;
}

/** What a pass needs from around it. */
export interface PassContext {
  payload: RunPayload;
  services: Services;
  database: () => Promise<Database>;
  sending: ActionContext;
  pace: PassPace;
}

/** Where a pass stands after some work. */
export type PassProgress = 'goes on' | 'done' | 'out of time' | 'superseded';

/** What one request to the provider takes. */
const PAGE_ROWS = 100;

const NO_RULES: PlanRules = { reentry: 'episode', caps: [], holdout: 0 };

/**
 * One pass over an audience, page by page. A page is claimed, sent, and settled together with the place in the audience, so that a pass
 * that is killed anywhere goes on where it was; a page that may have gone out is sent again under the key by which the provider knows it.
 */
export function createPass(pass: Pass, { payload, services, database, sending, pace }: PassContext) {
  const { plan } = payload;
  const { rules = NO_RULES } = plan;
  const { sweeps, episodes } = services.state;
  type Reader = ReturnType<typeof createAudienceReader>;

  /** Does one page; answers where the next begins, or nothing where the walk ended or has to be looked up again. */
  async function workPage(place: Place, reader: Reader, db: Database): Promise<Place | undefined> {
    const now = services.now();
    const id = stableHash([plan.loop, plan.entry, place.walk, place.cursor]);
    const site: PageSite = { pass, place, id, now };
    const chunk = await reader.next(PAGE_ROWS);
    for (const text of chunk.problems) services.report({ kind: 'trouble', text });
    const last = chunk.last ?? place.cursor ?? '';
    const { candidates, quietUntil } = candidatesOf(chunk.rows, { plan, rules, now });
    const delays = plan.steps.map(({ delay }) => delay);
    const claim =
      candidates.length > 0
        ? await episodes.claim(site, candidates, { rules, delays, last })
        : { isNew: false, page: await episodes.find(id) };
    if (claim.page === undefined) {
      await episodes.settle(site, [], { last, isLast: true });
      return undefined;
    }

    const { isNew, page } = claim;
    const rows = isNew ? chunk.rows : await reader.again(place.cursor, page.last);
    const mailer = createPageMailer({ payload, services, database: db, sending, pace: pace.next });
    const facts = await mailer.mail(page, { site, rows, isNew });
    // A page that was found claimed may end elsewhere than what was read now.
    const isLast = isNew && chunk.isLast;
    const isNews = await episodes.settle(site, facts, { last: page.last, isLast, quietUntil });
    if (isNews) tell(facts);
    return isNews && isNew && !isLast ? { ...place, cursor: page.last } : undefined;
  }

  /** Says what went wrong for whom; who was mailed is seen in the inbox, and why not is kept with each. */
  function tell(facts: readonly PageFact[]): void {
    const { runId } = payload;
    for (const { subject, outcome, reason } of facts) {
      if (outcome !== 'failed') continue;
      services.report({ kind: 'outcome', runId, loop: plan.loop, subject, outcome, detail: { reason } });
    }
  }

  return {
    /** Works until the step's time is up or the pass is over. @param deadline when it has to be, ms since the epoch. */
    async work(deadline: number): Promise<PassProgress> {
      const stepEnds = performance.now() + pace.stepMs;
      const db = await database();
      const sql = audienceQuery(plan.steps[0]?.condition, { kind: db.kind, users: plan.users });
      for (;;) {
        const beginning = await sweeps.begin(pass);
        if ('ended' in beginning) return beginning.ended;
        let place: Place | undefined = beginning.place;
        const reader = createAudienceReader(db, { sql, users: plan.users }, place.cursor);
        while (place !== undefined) {
          if (services.now() >= deadline) return 'out of time';
          if (performance.now() >= stepEnds) return 'goes on';
          place = await workPage(place, reader, db);
        }
      }
    },
  };
}
