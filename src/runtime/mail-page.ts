import { type ActionContext, type PageItem, type PageSent, sendPage } from '../actions/index.ts';
import { checkGroup } from '../conditions/index.ts';
import { type Database, findLastActions, type Row } from '../databases/index.ts';
import { isSkeneError } from '../errors/index.ts';
import type { Services } from '../intake/index.ts';
import type { PlanStep } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { Claimed, OpenPage, PageFact, PageSite } from '../state/index.ts';
import { type After, runAfter } from './after.ts';
import { actionFor, armAt } from './assign.ts';

/** What mailing pages needs from around it. */
export interface PageMailerContext {
  payload: RunPayload;
  services: Services;
  database: Database;
  sending: ActionContext;
  /** Waits until the provider takes another batch. */
  pace: () => Promise<void>;
}

/** The page, and what is known of it. */
interface PageView {
  site: PageSite;
  rows: ReadonlyMap<string, Row>;
  /** It was claimed just now, so that nothing of it can have been sent. */
  isNew: boolean;
}

/** Somebody of a page who is to be mailed. */
interface Due {
  claimed: Claimed;
  item: PageItem;
}

/** One look into an index for each. */
const LAST_ACTIONS_MS = 30_000;

/** Sends the pages of a pass. */
export function createPageMailer({ payload, services, database, sending, pace }: PageMailerContext) {
  const { plan } = payload;
  const { episodes } = services.state;
  const stepOf = ({ step }: Claimed): PlanStep | undefined => plan.steps[step];

  function itemOf(step: PlanStep, { subject, arm, step: index }: Claimed, row: Row): PageItem {
    const { id, email, name } = plan.users;
    const user = { ...row, id: row[id], email: row[email], name: row[name] };
    return {
      action: actionFor(step.action, armAt(arm, index)),
      site: {
        runId: payload.runId,
        loop: plan.loop,
        entry: plan.entry,
        step: step.id,
        subject,
        // They were counted when the page was claimed.
        caps: [],
        scope: { user, row, event: {} },
      },
    };
  }

  /**
   * For whom the condition of their step is true. The first step's is the audience itself; a later one is looked at when its step is due,
   * and again at every tick until it is true.
   */
  async function metBy(claims: readonly Claimed[]): Promise<ReadonlySet<Claimed>> {
    const met = new Set<Claimed>();
    for (const [index, { condition }] of plan.steps.entries()) {
      const due = claims.filter(({ step }) => step === index);
      const subjects = due.map(({ subject }) => subject);
      const { users } = plan;
      const group =
        index === 0 || condition === undefined
          ? new Set(subjects)
          : await checkGroup(condition, { subjects, users, database, state: services.state });
      for (const claimed of due) if (group.has(claimed.subject)) met.add(claimed);
    }
    return met;
  }

  /** What each of these last did, where the audience is of those who do less: `user.lastAction` in their emails. */
  function lastActionsOf(claims: readonly Claimed[]): Promise<ReadonlyMap<string, Row>> {
    const source = plan.steps[0]?.condition;
    const subjects = claims.map(({ subject }) => subject);
    return source?.type === 'activity'
      ? findLastActions(database, source, { subjects, timeoutMs: LAST_ACTIONS_MS })
      : Promise.resolve(new Map());
  }

  async function sortOut(page: OpenPage, rows: PageView['rows']) {
    const due: Due[] = [];
    const lost: Claimed[] = [];
    const unmet: Claimed[] = [];
    const met = await metBy(page.claimed);
    const lastActions = await lastActionsOf([...met]);
    for (const claimed of page.claimed) {
      const step = stepOf(claimed);
      const row = rows.get(claimed.subject);
      if (step === undefined || row === undefined) lost.push(claimed);
      else if (met.has(claimed))
        due.push({
          claimed,
          item: itemOf(step, claimed, { ...row, ...lastActionOf(claimed, lastActions) }),
        });
      else unmet.push(claimed);
    }
    return { due, lost, unmet };
  }

  /** Sends; where the provider has certainly taken nothing, the claims are given back before the failure goes on its way. */
  async function send(due: readonly Due[], page: OpenPage, { site, isNew }: PageView): Promise<PageSent> {
    try {
      const items = due.map(({ item }) => item);
      return await sendPage(items, { key: site.id, firstTriedAt: page.at, pace }, sending);
    } catch (error) {
      const isCertain = isSkeneError(error) && !isSkeneError(error, 'PROVIDER_UNAVAILABLE');
      if (isNew && isCertain) await episodes.withdraw(site, page);
      throw error;
    }
  }

  async function mailNow(page: OpenPage, view: PageView): Promise<PageFact[]> {
    const { due, lost, unmet } = await sortOut(page, view.rows);
    const { results, answer } = await send(due, page, view);
    const factOf = (claimed: Claimed, fate: Fate): PageFact => {
      const isKnown = view.isNew || stepOf(claimed)?.action.type !== 'email';
      return claimedFact(claimed, isKnown ? fate : fateInRepeat(fate, answer));
    };
    return [
      ...due.map(({ claimed }, index) => factOf(claimed, results[index] ?? MAYBE)),
      ...unmet.map((claimed) => factOf(claimed, skippedFor('condition'))),
      ...lost.map((claimed) => factOf(claimed, skippedFor('left the audience'))),
    ];
  }

  function aftersOf(facts: readonly PageFact[]): After[] {
    return facts.flatMap(({ subject, claim }) => {
      const sql = claim?.stands ? stepOf(claim.claimed)?.after : undefined;
      return sql === undefined ? [] : [{ sql, subject, loop: plan.loop }];
    });
  }

  return {
    /** Sends what a page claimed, and says what became of everybody on it. */
    async mail(page: OpenPage, view: PageView): Promise<PageFact[]> {
      const skipped = page.skipped.map(({ subject, outcome, reason, isNew }) => ({
        subject,
        outcome,
        reason,
        isOld: outcome === 'held_out' && !isNew,
      }));
      if (page.claimed.length === 0) return skipped;
      const { sent } = page;
      const facts =
        sent === undefined
          ? await mailNow(page, view)
          : page.claimed.map((claimed) => claimedFact(claimed, knownFate(sent.includes(claimed.subject))));
      if (plan.steps.some(({ after }) => after !== undefined)) {
        const standing = facts.filter(({ claim }) => claim?.stands).map(({ subject }) => subject);
        if (sent === undefined) await episodes.markSent(view.site.id, standing);
        await runAfter(aftersOf(facts), { database, report: services.report });
      }
      return [...skipped, ...facts];
    },
  };
}

function lastActionOf({ subject }: Claimed, lastActions: ReadonlyMap<string, Row>): Row {
  const lastAction = lastActions.get(subject);
  return lastAction === undefined ? {} : { lastAction };
}

interface Fate {
  outcome: string;
  reason: string;
  stands: boolean;
}

function claimedFact(claimed: Claimed, { outcome, reason, stands }: Fate): PageFact {
  return { subject: claimed.subject, outcome, reason, claim: { claimed, stands } };
}

function knownFate(wasSent: boolean): Fate {
  return wasSent
    ? { outcome: 'sent', reason: '', stands: true }
    : { outcome: 'failed', reason: 'not sent', stands: false };
}

const MAYBE: Fate = { outcome: 'failed', reason: 'may have been mailed, nobody knows', stands: true };

function skippedFor(reason: string): Fate {
  return { outcome: 'skipped', reason, stands: false };
}

/**
 * What became of somebody of a page that was claimed before: by what the provider says of it, they were mailed then, or not, whatever
 * they would be now.
 */
function fateInRepeat(fate: Fate, answer: PageSent['answer']): Fate {
  if (answer === 'taken') return fate;
  return answer === 'repeat' ? { outcome: 'sent', reason: '', stands: true } : MAYBE;
}
