/** A row's place in the order in which a table is read: the value of the ordering column, then the id, both as text. */
export interface Position {
  value: string;
  id: string;
}

/**
 * How far a table has been read, for one operation. Rows get their place in the order before they are committed, so one may turn up
 * behind the last that was read. A pass therefore begins before the end of the last one: usually where the last but one ended, which
 * finds rows that took no longer than from one poll to the next; and, once per overlap, with everything that was not
 * certain to be committed the last time. A row is so read three times or so, whatever the rate of polls.
 */
export interface Progress {
  /** The column the order is by; another one has another progress. */
  column: string;
  /** The newest row when watching began: it and those before it are no news. */
  floor?: Position | undefined;
  /** Every row with a smaller value has been read for good. */
  settled?: string | undefined;
  /** The greatest value that the last pass met, and the one before it. */
  top?: string | undefined;
  topBefore?: string | undefined;
  /** Rows with smaller values had all been written (not committed) at this time, ms since the epoch. */
  mark?: { value: string; at: number } | undefined;
  /** The pass that is under way. */
  pass?: Pass | undefined;
}

/** One reading of a table, page by page, up to its end. */
export interface Pass {
  /** The least value it reads; everything when left out. */
  from?: string | undefined;
  /** Rows up to here are not read (again). */
  after?: Position | undefined;
  /** Whether it reads everything that is not settled, so that what had been written by the mark is settled after it. */
  isFull: boolean;
}

/** The pass to go on with, or a new one. `now` is in ms since the epoch, `overlapMs` how long after it was written a row may be committed. */
export function nextPass(progress: Progress, now: number, overlapMs: number): Pass {
  if (progress.pass !== undefined) return progress.pass;
  const { floor, settled, topBefore, mark } = progress;
  const isFull = mark !== undefined && now >= mark.at + overlapMs;
  return { from: isFull ? settled : (topBefore ?? settled), after: floor, isFull };
}

/** How far it is after a page of a pass. `now` is when the page had been read. */
export function afterPage(
  progress: Progress,
  pass: Pass,
  page: { last: Position | undefined; isEnd: boolean; now: number },
): Progress {
  const last = page.last ?? pass.after;
  if (!page.isEnd) return { ...progress, pass: { ...pass, after: last } };
  const top = last?.value ?? progress.top;
  const isMarked = pass.isFull || progress.mark === undefined;
  return {
    column: progress.column,
    floor: progress.floor,
    settled: pass.isFull ? progress.mark?.value : progress.settled,
    top,
    topBefore: progress.top,
    mark: isMarked && top !== undefined ? { value: top, at: page.now } : progress.mark,
  };
}
