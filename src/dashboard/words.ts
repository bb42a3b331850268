import { html } from 'hono/html';
import type { RunRecord } from '../state/index.ts';
import type { Markup } from './document.ts';

/** A time as people read it, UTC, with the exact one for machines. */
export function timeOf(at: number): Markup {
  const exact = new Date(at).toISOString();
  return html`<time datetime="${exact}">${exact.slice(0, 19).replace('T', ' ')}</time>`;
}

/** What became of a run, in words. */
export function factOf({ outcome, step, detail }: RunRecord['facts'][number]): string {
  const reason = typeof detail?.reason === 'string' && detail.reason !== '' ? ` (${detail.reason})` : '';
  return `${step === '' ? '' : `${step}: `}${outcome.replaceAll('_', ' ')}${reason}`;
}

/** A share as a percentage. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A difference of shares, in percentage points. */
export const points = (difference: number): string =>
  `${difference > 0 ? '+' : ''}${(difference * 100).toFixed(1)}`;

/** The address of a page. */
export const linkTo = (page: string, more: Record<string, string> = {}): string =>
  `?${new URLSearchParams({ page, ...more })}`;
