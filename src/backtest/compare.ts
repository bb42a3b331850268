import type { Backtest } from './backtest.ts';

/** What another version of a loop would have done otherwise, by user. */
export interface Difference {
  /** Who is mailed now and was not, or got fewer emails; and the other way round. */
  more: string[];
  fewer: string[];
  /** Who gets as many, at other times or with other subject lines. */
  changed: string[];
}

/** Compares what two versions of a loop would have done over the same rows. */
export function compareBacktests(before: Backtest, after: Backtest): Difference {
  const [old, fresh] = [bySubject(before), bySubject(after)];
  const difference: Difference = { more: [], fewer: [], changed: [] };
  for (const subject of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(subject) ?? [], fresh.get(subject) ?? []];
    if (is.length > was.length) difference.more.push(subject);
    else if (is.length < was.length) difference.fewer.push(subject);
    else if (is.join() !== was.join()) difference.changed.push(subject);
  }
  return difference;
}

function bySubject({ mails }: Backtest): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { subject, at, title } of mails)
    found.set(subject, [...(found.get(subject) ?? []), `${at} ${title}`]);
  return found;
}
