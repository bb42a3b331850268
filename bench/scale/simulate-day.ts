/** Seconds of a day. */
export const DAY_S = 86_400;

/** What a day brings, and what there is to deal with it. */
export interface Load {
  /** Rows that start a run. */
  arrivalsPerDay: number;
  /** How many times the mean the busiest moment has; it is at 14:00. */
  peak: number;
  /** What QStash delivers to the functions for each. */
  deliveriesPerArrival: number;
  /** How long a delivery keeps one place of the concurrency. */
  deliveryMs: number;
  /** Drains of the outbox at the same time: they share it by SKIP LOCKED. */
  drains: number;
  /** Rows a second of one drain, and how many seconds of each minute it works: a relay all, the minute's tick eight. */
  drainPerSecond: number;
  drainSeconds: number;
  /** Deliveries under way at once that the plan allows. */
  concurrency: number;
  /** When nothing is drained or delivered. */
  outage: { hour: number; hours: number } | undefined;
}

/** What the day came to. */
export interface Day {
  peakPerSecond: number;
  /** The most rows that waited in the outbox, and the longest that one did, in seconds. */
  outbox: number;
  outboxDelayS: number;
  /** The same of deliveries that waited in QStash. */
  queue: number;
  queueDelayS: number;
  /** Rows and deliveries that midnight found waiting. */
  leftOver: number;
}

/** Lives through a day second by second: two queues, one behind the other, each first come, first served. */
export function simulateDay(load: Load): Day {
  const outbox = createQueue();
  const queue = createQueue();
  let peakPerSecond = 0;
  for (let second = 0; second < DAY_S; second += 1) {
    const arrivals = arrivalsAt(second, load);
    peakPerSecond = Math.max(peakPerSecond, arrivals);
    outbox.put(arrivals);
    const isAway = isOut(second, load);
    const drained = outbox.take(
      isAway || second % 60 >= load.drainSeconds ? 0 : load.drains * load.drainPerSecond,
    );
    queue.put(drained * load.deliveriesPerArrival);
    queue.take(isAway ? 0 : (load.concurrency * 1_000) / load.deliveryMs);
  }
  return {
    peakPerSecond,
    outbox: outbox.most(),
    outboxDelayS: outbox.longest(),
    queue: queue.most(),
    queueDelayS: queue.longest(),
    leftOver: outbox.left() + queue.left(),
  };
}

/** A day's wave: its mean is the day's, its crest `peak` times that, and it is never negative. */
function arrivalsAt(second: number, { arrivalsPerDay, peak }: Load): number {
  const mean = arrivalsPerDay / DAY_S;
  const angle = ((second / DAY_S) * 24 - 14) * (Math.PI / 12);
  // cos^(2n) has a narrow crest; its mean over a turn is (2n choose n) / 4^n.
  const wave = ((1 + Math.cos(angle)) / 2) ** 3;
  return mean * (1 + (peak - 1) * ((wave - WAVE_MEAN) / (1 - WAVE_MEAN)));
}

/** Of ((1 + cos) / 2)^3 over a turn: (6 choose 3) / 2^6. */
const WAVE_MEAN = 20 / 64;

function isOut(second: number, { outage }: Load): boolean {
  if (outage === undefined) return false;
  const hour = second / 3_600;
  return hour >= outage.hour && hour < outage.hour + outage.hours;
}

/** What waits is told by how much came and went: whoever came as the n-th leaves as the n-th. */
function createQueue() {
  let came = 0;
  let gone = 0;
  let most = 0;
  let longest = 0;
  let second = 0;
  const cameBy: number[] = [];
  let oldest = 0;
  return {
    put(amount: number): void {
      came += amount;
      cameBy.push(came);
    },
    take(capacity: number): number {
      const taken = Math.min(capacity, came - gone);
      gone += taken;
      while ((cameBy[oldest] ?? Infinity) <= gone + 1e-6) oldest += 1;
      longest = Math.max(longest, second - Math.min(oldest, second));
      most = Math.max(most, came - gone);
      second += 1;
      return taken;
    },
    most: () => most,
    longest: () => longest,
    left: () => came - gone,
  };
}
