import { stripVTControlCharacters } from 'node:util';
import type { Clock } from './clock.ts';
import { type DevLog, sentenceOf } from './log.ts';
import type { DeliveryReport } from './qstash/index.ts';

/** Something that has happened in the stack. */
export interface Happening {
  /** Grows with each. */
  order: number;
  /** By the stack's clock, ms since the epoch. */
  at: number;
  /** What it is: `event`, `run`, `waiting`, `wake`, `outcome`, `email`, `delivery`, `problem`... */
  kind: string;
  text: string;
  runId?: string | undefined;
  /** Where more is to be seen of it. */
  url?: string | undefined;
}

/** What has happened lately. */
export interface Happenings {
  /** The latest first. */
  list(): Happening[];
  add(happening: Pick<Happening, 'kind' | 'text' | 'runId' | 'url'>): void;
  /** A log that is listened to. */
  listenTo(log: DevLog): DevLog;
  onDelivery(delivery: DeliveryReport): void;
}

const KEPT = 300;

/** Creates a memory of what happens; it forgets what is older than the last few hundred. */
export function createHappenings({ now }: Pick<Clock, 'now'>): Happenings {
  const kept: Happening[] = [];
  let order = 0;
  function add(happening: Pick<Happening, 'kind' | 'text' | 'runId' | 'url'>): void {
    order += 1;
    kept.push({ ...happening, text: stripVTControlCharacters(happening.text), order, at: now() });
    if (kept.length > KEPT) kept.shift();
  }

  return {
    list: () => kept.toReversed(),
    add,
    listenTo: (log) => ({
      report(report) {
        add({
          kind: report.kind,
          text: sentenceOf(report),
          runId: 'runId' in report ? report.runId : undefined,
        });
        log.report(report);
      },
      email(email) {
        add({ kind: 'email', text: `"${email.subject}" to ${email.to}`, url: email.url });
        log.email(email);
      },
      note(text) {
        add({ kind: 'note', text });
        log.note(text);
      },
      problem(text) {
        add({ kind: 'problem', text });
        log.problem(text);
      },
    }),
    onDelivery: ({ url, attempt, status, error, runId }) =>
      add({
        kind: 'delivery',
        text: `${new URL(url).pathname} ${error ?? `answered ${status}`}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
        runId,
      }),
  };
}
