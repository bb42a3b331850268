import { createClaims } from './claims.ts';
import { createContacts } from './contacts.ts';
import { createConversions } from './conversions.ts';
import { createCursors } from './cursors.ts';
import { createEngagement } from './engagement.ts';
import { createEpisodes } from './episodes.ts';
import { createErasure } from './erasure.ts';
import { createGateSubjects } from './gate-subjects.ts';
import { createHistory } from './history.ts';
import { createKeys } from './keys.ts';
import { createLedger } from './ledger.ts';
import { createLooks } from './looks.ts';
import { createRedis, reachRedis } from './redis.ts';
import { createRunLog } from './run-log.ts';
import { createSightings } from './sightings.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createSuppressions } from './suppressions.ts';
import { createSweeps } from './sweeps.ts';
import { createTrials } from './trials.ts';
import { createUnderWay } from './under-way.ts';
import { createWaits } from './waits.ts';

/** What Skene remembers, in Redis. */
export type State = ReturnType<typeof createState>;

/** Opens the state of one namespace; nothing is sent until first used. */
export function createState(options: { url: string; token: string; namespace: string }) {
  const redis = createRedis(options);
  const keys = createKeys(options.namespace);
  return {
    claims: createClaims(redis, keys),
    contacts: createContacts(redis, keys),
    conversions: createConversions(redis, keys),
    cursors: createCursors(redis, keys),
    erasure: createErasure(redis, keys),
    gateSubjects: createGateSubjects(redis, keys),
    waits: createWaits(redis, keys),
    ledger: createLedger(redis, keys),
    subscriptions: createSubscriptions(redis, keys),
    suppressions: createSuppressions(redis, keys),
    runLog: createRunLog(redis, keys),
    sightings: createSightings(redis, keys),
    sweeps: createSweeps(redis, keys),
    episodes: createEpisodes(redis, keys),
    history: createHistory(redis, keys),
    looks: createLooks(redis, keys),
    trials: createTrials(redis, keys),
    underWay: createUnderWay(redis, keys),
    engagement: createEngagement(redis, keys),
    /** Round trip to Redis; throws when it cannot be reached. */
    ping: async (): Promise<void> => void (await redis.ping()),
    /** What time it is for Redis, in ms since the epoch. */
    time: async (): Promise<number> => {
      const [seconds, microseconds] = await reachRedis(() => redis.time());
      return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    },
  };
}
