import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPage, nextPass, type Pass, type Position, type Progress } from './progress.ts';

const OVERLAP_MS = 1_000;

interface WrittenRow extends Position {
  committedAt: number;
}

/** What a database answers: rows in their order, of those that are committed by `now`. */
function readPage(rows: readonly WrittenRow[], pass: Pass, { now, limit }: { now: number; limit: number }) {
  const isAfter = (row: Position, { value, id }: Position) =>
    row.value > value || (row.value === value && row.id > id);
  return rows
    .filter((row) => row.committedAt <= now)
    .filter((row) => pass.from === undefined || row.value >= pass.from)
    .filter((row) => pass.after === undefined || isAfter(row, pass.after))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1))
    .slice(0, limit);
}

/** Polls at these times until nothing more is there; who is killed has not kept the cursor of the page. */
function pollAll(
  rows: readonly WrittenRow[],
  polls: ReadonlyArray<{ at: number; isKilled: boolean }>,
  { limit, overlapMs }: { limit: number; overlapMs: number },
): { seen: Set<string>; reads: number } {
  const seen = new Set<string>();
  let reads = 0;
  let progress: Progress = { column: 'created_at' };
  for (const { at, isKilled } of polls) {
    for (;;) {
      const pass = nextPass(progress, at, overlapMs);
      const page = readPage(rows, pass, { now: at, limit });
      for (const { id } of page) seen.add(id);
      reads += page.length;
      if (isKilled) break;
      const isEnd = page.length < limit;
      progress = afterPage(progress, pass, { last: page.at(-1), isEnd, now: at });
      if (isEnd) break;
    }
  }
  return { seen, reads };
}

const arbitraryRows = fc
  .array(
    fc.record({
      writtenAt: fc.integer({ min: 0, max: 10_000 }),
      heldMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: OVERLAP_MS })),
      random: fc.integer(),
    }),
    { maxLength: 60 },
  )
  .map((rows) =>
    rows.map(({ writtenAt, heldMs, random }, index) => ({
      // A column of little precision: several rows share a value.
      value: String(Math.floor(writtenAt / 200)).padStart(4, '0'),
      id: `${random}-${index}`,
      committedAt: writtenAt + heldMs,
    })),
  );

const arbitraryPolls = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 12_000 }), isKilled: fc.boolean() }), { maxLength: 80 })
  .map((polls) => [
    ...polls.sort((a, b) => a.at - b.at),
    // In the end somebody polls in peace.
    ...[15_000, 18_000, 21_000].map((at) => ({ at, isKilled: false })),
  ]);

describe('the passes of a poll', () => {
  it('meet every row that is committed within the overlap, whenever polls come and die', () => {
    fc.assert(
      fc.property(arbitraryRows, arbitraryPolls, fc.integer({ min: 1, max: 9 }), (rows, polls, limit) => {
        const { seen } = pollAll(rows, polls, { limit, overlapMs: OVERLAP_MS });
        expect(rows.filter(({ id }) => !seen.has(id))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('miss a row that is committed later than that', () => {
    const late = { value: '0001', id: 'late', committedAt: 50_000 };
    const rows = [late, { value: '0002', id: 'early', committedAt: 400 }];
    const polls = [500, 1_000, 3_000, 6_000, 60_000, 70_000].map((at) => ({ at, isKilled: false }));
    const { seen } = pollAll(rows, polls, { limit: 10, overlapMs: OVERLAP_MS });
    expect(seen).toEqual(new Set(['early']));
  });

  it('read a row a few times only, however often polls come', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      value: String(index).padStart(4, '0'),
      id: String(index),
      committedAt: index * 10,
    }));
    const polls = Array.from({ length: 1_400 }, (_, index) => ({ at: index * 10, isKilled: false }));
    const { reads } = pollAll(rows, polls, { limit: 100, overlapMs: OVERLAP_MS });
    expect(reads / rows.length).toBeLessThan(8);
  });

  it('leave out what was there when watching began', () => {
    const floor = { value: '0005', id: 'b' };
    const progress: Progress = { column: 'created_at', floor, settled: floor.value, top: floor.value };
    expect(nextPass(progress, 0, OVERLAP_MS)).toEqual({ from: '0005', after: floor, isFull: false });
  });
});
