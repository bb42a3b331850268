/** How far the rows there were have been put into an index. */
export interface IndexProgress {
  /** When it was first known that writers keep it, ms since the epoch. */
  knownAt: number;
  /** Where SCAN goes on; nothing once every row is in it. */
  at?: string | undefined;
}

/** Reads what is kept in INDEX_PROGRESS; nothing where an index is not known yet. */
export function readProgress(kept: unknown): IndexProgress | undefined {
  return typeof kept === 'string' ? (JSON.parse(kept) as IndexProgress) : undefined;
}

/** Whether every row is in an index. */
export function isComplete(kept: unknown): boolean {
  const progress = readProgress(kept);
  return progress !== undefined && progress.at === undefined;
}
