/** How a database is polled. */
export interface PollingPace {
  /**
   * How long after it was written a row may be committed, in ms: as long as the application's longest transaction takes, and
   * its machines' clocks differ. A row that comes later still is missed.
   */
  overlapMs?: number | undefined;
  /** The time, in ms since the epoch; this machine's unless told. */
  now?: (() => number) | undefined;
}
