import type { ActionContext } from '../actions/index.ts';
import { audienceQuery } from '../conditions/index.ts';
import type { Database } from '../databases/index.ts';
import { stableHash } from '../events/index.ts';
import { leaveReached, type Services } from '../intake/index.ts';
import { createArmChooser, hasGoal, lookForGoals, trialSiteOf } from '../outcomes/index.ts';
import type { Plan, PlanRules } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { PageFact, PageSite, Pass, Place } from '../state/index.ts';
import { armsOf } from './assign.ts';
import { createAudienceReader } from './audience-reader.ts';
import { candidatesOf } from './candidates.ts';
import { createPageMailer } from './mail-page.ts';
import { exposuresOf } from './page-trial.ts';

/** How fast a pass goes, and how far in one step. */
export interface PassPace {
  /** How long one step works, in ms of the machine: less than a function may take, and shorter with every attempt that was cut off. */
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
  /** The loops as they are deployed now. */
  deployed: readonly Plan[];
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
  const { contacts, sweeps, episodes, trials } = services.state;
  type Reader = ReturnType<typeof createAudienceReader>;

  /** Does one page; answers where the next begins, or nothing where the walk ended or has to be looked up again. */
  async function workPage(place: Place, reader: Reader, db: Database): Promise<Place | undefined> {
    const now = services.now();
    const id = stableHash([plan.loop, plan.entry, place.walk, place.cursor]);
    const site: PageSite = { pass, place, id, now };
    const chunk = await reader.next(PAGE_ROWS);
    const last = chunk.last ?? place.cursor ?? '';
    const chooser = await createArmChooser(plan, { state: services.state, now });
    const { candidates, quietUntil } = candidatesOf(chunk.rows, {
      plan,
      rules,
      now,
      armsOf: (subject) => armsOf(plan, chooser, { subject, episode: id }),
    });
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
    if (hasGoal(plan)) await trials.expose(trialSiteOf(plan), exposuresOf(facts, { page, site, plan }));
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

  /** Who was mailed and has come back since is found before anybody is mailed again. */
  async function lookForReached(): Promise<void> {
    if (!hasGoal(plan)) return;
    const { state, now, report } = services;
    const onTrouble = (text: string) => report({ kind: 'trouble', text });
    const looking = { state, database, now, onTrouble };
    await leaveReached(await lookForGoals(plan, looking, { budgetMs: pace.stepMs / 3 }), services);
  }

  return {
    /**
     * Works until the step's time is up or the pass is over; at least one page, so that every step comes further.
     * @param limits how long the step may take, and when the pass has to be over (ms since the epoch).
     */
    async work({ stepMs, deadline }: { stepMs: number; deadline: number }): Promise<PassProgress> {
      const stepEnds = performance.now() + stepMs;
      let pages = 0;
      const db = await database();
      await lookForReached();
      const sql = audienceQuery(plan.steps[0]?.condition, { kind: db.kind, users: plan.users });
      for (;;) {
        const beginning = await sweeps.begin(pass);
        if ('ended' in beginning) return beginning.ended;
        let place: Place | undefined = beginning.place;
        const reader = createAudienceReader(db, { sql, users: plan.users, contacts }, place.cursor);
        while (place !== undefined) {
          if (services.now() >= deadline) return 'out of time';
          if (pages > 0 && performance.now() >= stepEnds) return 'goes on';
          place = await workPage(place, reader, db);
          pages += 1;
        }
      }
    },
  };
}
