import type { PlanRules } from '../plan/index.ts';
import type { Pass, Place } from './sweeps.ts';

/** Somebody of an audience page, and what is known before the ledger is asked. */
export interface Candidate {
  subject: string;
  /** Of the address, hashed; empty where there is none, or where suppressions do not count. */
  addressKey: string;
  /** The variant of the email that falls to them, or ''. */
  arm: string;
  /** Why they cannot be mailed now, or `held_out` for good; mailed otherwise. */
  bar?: 'held_out' | 'quiet hours' | 'no address' | undefined;
}

/** Somebody the page may mail: claimed, until the page is settled. */
export interface Claimed {
  subject: string;
  /** Which of the loop's steps, from 0. */
  step: number;
  arm: string;
  /** What the ledger had before; it is put back when nothing was sent. */
  before: string;
}

/** Why somebody of the page is not mailed. */
export interface Skipped {
  subject: string;
  outcome: 'held_out' | 'suppressed' | 'skipped';
  reason: string;
  /** They were held out by this very look: the effect on the others is measured against them. */
  isNew?: boolean | undefined;
}

/** A page that was claimed and not settled: its sender was killed, and perhaps had sent it. */
export interface OpenPage {
  claimed: Claimed[];
  skipped: Skipped[];
  /** The last id of the page. */
  last: string;
  /** When it was claimed, ms since the epoch. */
  at: number;
  /** Who was sent to for certain, where that much is known. */
  sent?: string[] | undefined;
}

/** What became of somebody of the page. */
export interface PageFact {
  subject: string;
  outcome: string;
  reason: string;
  /** They were held out before, and counted then. */
  isOld?: boolean | undefined;
  /** Present for who was claimed: whether the claim stands, as they were mailed (or may have been). */
  claim?: { claimed: Claimed; stands: boolean } | undefined;
}

/** Where a page ends. */
export interface PageEnd {
  /** The last id of it. */
  last: string;
  /** The audience ends with it. */
  isLast: boolean;
  /** When the first of those in their quiet hours can be mailed, ms since the epoch. */
  quietUntil?: number | undefined;
}

/** What claiming and settling a page are about. */
export interface PageSite {
  pass: Pass;
  place: Place;
  /** Of the page: the same at every attempt. */
  id: string;
  /** The time, ms since the epoch. The ledger counts by the tick's, so that a daily loop is not late by seconds. */
  now: number;
}

/** When a loop's steps are due and whom it may mail. */
export interface PageRules {
  rules: PlanRules;
  /** The delay before each step, in seconds. */
  delays: readonly number[];
}

/** How long it is remembered what was sent to whom. */
export const EPISODE_SECONDS = 400 * 86_400;

/** Longer than the provider recognises a repeated batch. */
export const PAGE_SECONDS = 2 * 86_400;

/** Where a subject's hash has their episode of an audience. */
export function episodeField({ loop, entry }: Pick<Pass, 'loop' | 'entry'>): string {
  return `episode|${loop}|${entry}`;
}

/** Where it has whether they reached the goal of the loop: as long as they have not, it has no `w`. */
export function trialField({ loop, entry }: Pick<Pass, 'loop' | 'entry'>): string {
  return `trial|${loop}|${entry}`;
}

/** Where it has what became of them. */
export function historyField({ loop, entry }: Pick<Pass, 'loop' | 'entry'>): string {
  return `history|${loop}|${entry}`;
}

/** Reads a page as the scripts keep it. */
export function readPage(text: string): OpenPage {
  const { claimed, skipped, last, at, sent } = JSON.parse(text) as {
    claimed: Array<[string, string, string, string]>;
    skipped: Array<[string, Skipped['outcome'], string, string]>;
    last: string;
    at: number;
    sent?: string[];
  };
  return {
    claimed: listOf(claimed).map(([subject, step, arm, before]) => ({
      subject,
      step: Number(step),
      arm,
      before,
    })),
    skipped: listOf(skipped).map(([subject, outcome, reason, isNew]) => ({
      subject,
      outcome,
      reason,
      isNew: isNew === 'new',
    })),
    last,
    at: Number(at),
    sent: sent === undefined ? undefined : listOf(sent),
  };
}

/** An empty list is an empty object to Redis' JSON. */
function listOf<T>(value: T[] | object | undefined): T[] {
  return Array.isArray(value) ? value : [];
}
