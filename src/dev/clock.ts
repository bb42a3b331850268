/** The longest delay `setTimeout` takes (2^31 - 1 ms); a later timer is armed again on the way. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

/** The local stack's clock: what time it is, and what is due when. All times are milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Calls `callback` once the clock has reached `time`; returns what cancels it. */
  at(time: number, callback: () => void): () => void;
  /** When the earliest timer is due, or `undefined` when none is set. */
  next(): number | undefined;
  /**
   * Moves the clock forward by `ms`, stopping at each timer on the way. Timers of one instant fire in the order they
   * were set, and the work each one starts has settled before the next fires: the order of events is always the same.
   */
  advance(ms: number): Promise<void>;
  /** Moves to the earliest timer and fires it; resolves to `false` when there is none. */
  advanceToNext(): Promise<boolean>;
  /** Registers work that `advance` waits for; `settled` resolves once nothing is under way. */
  settleWith(settled: () => Promise<void>): void;
  /** Cancels every timer. */
  stop(): void;
}

/** Options of {@link createClock}. */
export interface ClockOptions {
  /** Time stands still between calls of `advance` (for tests); otherwise it flows with the machine's. */
  frozen?: boolean;
  /** Where the clock starts, in ms since the epoch; the machine's time unless told. */
  start?: number;
}

/** Creates a clock that can be moved forward. */
export function createClock({ frozen = false, start = Date.now() }: ClockOptions = {}): Clock {
  let offset = start - Date.now();
  let frozenNow = start;
  let order = 0;
  let timers: Timer[] = [];
  let armed: NodeJS.Timeout | undefined;
  let advancing = 0;
  const settlers: Array<() => Promise<void>> = [];

  const now = (): number => (frozen ? frozenNow : Date.now() + offset);

  function setNow(time: number): void {
    if (frozen) frozenNow = Math.max(frozenNow, time);
    else offset = Math.max(offset, time - Date.now());
  }

  function insert(timer: Timer): void {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = timers[middle] as Timer;
      if (other.at <= timer.at) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
  }

  function arm(): void {
    clearTimeout(armed);
    const first = timers[0];
    if (frozen || advancing > 0 || first === undefined) return;
    armed = setTimeout(fireDue, Math.min(Math.max(first.at - now(), 0), LONGEST_TIMEOUT_MS));
  }

  function fireDue(): void {
    while (timers[0] !== undefined && timers[0].at <= now()) timers.shift()?.callback();
    arm();
  }

  async function settle(): Promise<void> {
    for (const settled of settlers) await settled();
  }

  async function moving(move: () => Promise<void>): Promise<void> {
    advancing += 1;
    try {
      await settle();
      await move();
    } finally {
      advancing -= 1;
      arm();
    }
  }

  async function fireFirst(): Promise<void> {
    const timer = timers.shift();
    if (timer === undefined) return;
    setNow(timer.at);
    timer.callback();
    await settle();
  }

  return {
    now,
    at(time, callback) {
      const timer: Timer = { at: time, order: order++, callback };
      insert(timer);
      if (timers[0] === timer) arm();
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    next: () => timers[0]?.at,
    advance: (ms) =>
      moving(async () => {
        const target = now() + ms;
        while (timers[0] !== undefined && timers[0].at <= target) await fireFirst();
        setNow(target);
      }),
    async advanceToNext() {
      if (timers.length === 0) return false;
      await moving(fireFirst);
      return true;
    },
    settleWith: (settled) => void settlers.push(settled),
    stop() {
      clearTimeout(armed);
      timers = [];
    },
  };
}
