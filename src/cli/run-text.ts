import type { RunRecord } from '../state/index.ts';

/** A time in ms as `2026-11-20 09:30:05`, UTC. */
export const timeOf = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** `welcome: skipped (quiet hours)` */
export function describeFact({ outcome, step, detail }: RunRecord['facts'][number]): string {
  const reason = typeof detail?.reason === 'string' ? ` (${detail.reason.slice(0, 200)})` : '';
  return `${step === '' ? '' : `${step}: `}${outcome}${reason}`;
}
