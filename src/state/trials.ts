import { trialField } from './audience-page.ts';
import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';
import { dayOf } from './run-log.ts';
import { partOf, readCounts, type TrialCounts } from './trial-counts.ts';
import { CHOOSE, COUNTS, ENTER, EXPOSE, REACH, SUBJECT_SECONDS, WINDOWS } from './trial-scripts.ts';

/** Which goal of which loop is counted. */
export interface TrialSite {
  loop: string;
  /** The id of the plan's first step. */
  entry: string;
  /** A digest of the goal: what was counted for another one is not mixed with it. */
  goal: string;
  /** How long after an email (or after it was withheld) the goal counts, in seconds. */
  within: number;
  /** When the goal has to be looked at first, in seconds after a window opens; left out where events tell of it. */
  firstLook?: number | undefined;
}

/** Somebody enters a loop. */
export interface Entrance {
  site: TrialSite;
  subject: string;
  /** The event that began it. */
  episode: string;
  /** Ms since the epoch. */
  at: number;
  /** The event was known before: it begins nothing where anything is known of the subject. */
  isRepeat?: boolean | undefined;
}

/** Somebody was mailed, or held out in place of it. */
export interface Exposure {
  subject: string;
  /** What began it; an exposure that `continues` belongs to the one before it where there is one. */
  episode: string;
  continues?: boolean | undefined;
  group: 'sent' | 'held';
  step: string;
  /** The variant, or '' where there is but one. */
  arm: string;
  at: number;
}

/** Somebody did what a goal asks. */
export interface Reaching {
  site: TrialSite;
  subject: string;
  at: number;
  /** The event that told of it: what begins an episode is not what it leads to. */
  cause?: string | undefined;
}

/** A window in which the goal counts for somebody, who has not reached it. */
export interface OpenWindow {
  subject: string;
  /** When it opened, and when it was opened last, ms since the epoch. */
  since: number;
  last: number;
}

/**
 * What becomes of the subjects of a loop: who entered, who was mailed with which variant or held out, and who reached the goal in time.
 * About each subject one record is kept, under the subject's key; the counters name nobody, and stay when somebody is erased.
 */
export function createTrials(redis: Redis, keys: Keys) {
  const trialsOf = ({ loop, entry, goal }: TrialSite): string => keys.trials({ loop, entry, goal });
  const itemOf = (site: TrialSite, { subject, at }: { subject: string; at: number }) => ({
    field: trialField(site),
    goal: site.goal,
    subject,
    at,
    ...(site.firstLook === undefined ? {} : { look: at + site.firstLook * 1000 }),
  });

  return {
    /** Notes who entered, each episode once, in one command. */
    async enter(entrances: readonly Entrance[]): Promise<void> {
      if (entrances.length === 0) return;
      await reachRedis(() =>
        redis.eval(
          ENTER,
          entrances.flatMap(({ site, subject, at }) => [
            keys.subject(subject),
            keys.counters(site.loop, dayOf(at)),
            keys.looks(site.loop, site.entry),
          ]),
          entrances.map((one) =>
            JSON.stringify({ ...itemOf(one.site, one), episode: one.episode, isRepeat: one.isRepeat }),
          ),
        ),
      );
    },

    /** Notes who was mailed or held out, each step of an episode once, in one command; all at about the same time. */
    async expose(site: TrialSite, exposures: readonly Exposure[]): Promise<void> {
      const [first] = exposures;
      if (first === undefined) return;
      await reachRedis(() =>
        redis.eval(
          EXPOSE,
          [
            trialsOf(site),
            keys.counters(site.loop, dayOf(first.at)),
            keys.looks(site.loop, site.entry),
            ...exposures.map(({ subject }) => keys.subject(subject)),
          ],
          exposures.map(({ episode, continues, group, step, arm, ...one }) =>
            JSON.stringify({
              ...itemOf(site, one),
              episode,
              continues,
              group,
              step,
              arm,
              part: String(partOf(one.at, site.within)),
            }),
          ),
        ),
      );
    },

    /** Notes who did what a goal asks, in one command. Answers for whom it counts: in time, and for the first time in their episode. */
    async reach(reachings: readonly Reaching[]): Promise<boolean[]> {
      if (reachings.length === 0) return [];
      const news = await reachRedis(() =>
        redis.eval<string[], number[]>(
          REACH,
          reachings.flatMap(({ site, subject, at }) => [
            keys.subject(subject),
            trialsOf(site),
            keys.counters(site.loop, dayOf(at)),
            keys.looks(site.loop, site.entry),
          ]),
          reachings.map((one) =>
            JSON.stringify({ ...itemOf(one.site, one), within: one.site.within, cause: one.cause }),
          ),
        ),
      );
      return news.map((one) => Number(one) === 1);
    },

    /** Counts that an email was opened or clicked. */
    async engage(
      site: TrialSite,
      { step, arm, outcome }: { step: string; arm: string; outcome: 'opened' | 'clicked' },
    ): Promise<void> {
      await reachRedis(() => redis.hincrby(trialsOf(site), `${outcome}|${step}|${arm}`, 1));
    },

    /** The windows of these subjects who have not reached the goal, those that are over included, in one command. */
    async windows(
      wanted: ReadonlyArray<{ site: TrialSite; subject: string }>,
    ): Promise<Array<OpenWindow | undefined>> {
      if (wanted.length === 0) return [];
      const found = await reachRedis(() =>
        redis.eval<string[], string[]>(
          WINDOWS,
          wanted.map(({ subject }) => keys.subject(subject)),
          wanted.map(({ site }) => trialField(site)),
        ),
      );
      return wanted.map(({ site, subject }, index) => windowOf(found[index] ?? '', { site, subject }));
    },

    /** Settles which arm of a step somebody gets: the first that was chosen stays, whatever is chosen later. */
    async choose(
      { loop, entry }: Pick<TrialSite, 'loop' | 'entry'>,
      { subject, episode, step, arm }: Pick<Exposure, 'subject' | 'episode' | 'step' | 'arm'>,
    ): Promise<string> {
      const field = `arm|${loop}|${entry}|${episode}|${step}`;
      return reachRedis(() =>
        redis.eval<string[], string>(CHOOSE, [keys.subject(subject)], [field, arm, String(SUBJECT_SECONDS)]),
      );
    },

    /** Everything that was counted for a goal. */
    async counts(site: TrialSite, now: number): Promise<TrialCounts> {
      const firstOpen = partOf(now - site.within * 1000, site.within);
      const reply = await reachRedis(() =>
        redis.eval<string[], string[]>(COUNTS, [trialsOf(site)], [String(firstOpen)]),
      );
      return readCounts(reply);
    },
  };
}

function windowOf(
  text: string,
  { site, subject }: { site: TrialSite; subject: string },
): OpenWindow | undefined {
  if (text === '') return undefined;
  const { h, f, a, w } = JSON.parse(text) as { h: string; f: number; a: number; w?: number };
  return h === site.goal && w === undefined ? { subject, since: f, last: a } : undefined;
}
