import type { Env } from '../env/index.ts';
import type { Gate } from '../gate/index.ts';
import { createQueue, type Queue } from '../runs/index.ts';
import { createState, type State } from '../state/index.ts';

/** Something that happened, for whoever watches (the local stack prints it). */
export type Report =
  | { kind: 'event'; type: string; subject: string | undefined; id: string }
  | { kind: 'run'; runId: string; loop: string; subject: string }
  | { kind: 'waiting'; runId: string; loop: string; subject: string; seconds: number }
  | { kind: 'wake'; runId: string; loop: string; subject: string }
  | {
      kind: 'outcome';
      runId: string;
      loop: string;
      subject: string;
      outcome: string;
      detail: Record<string, unknown> | undefined;
    }
  | { kind: 'goal'; loop: string; subject: string }
  | { kind: 'unsubscribe'; subject: string; loop: string }
  | { kind: 'trouble'; text: string };

/** What every function stands on, each connected when first used. */
export interface Services {
  env: Env;
  state: State;
  queue: Queue;
  /** The gate's plans; it decides nothing here. */
  gate: Pick<Gate, 'setPlan'>;
  now: () => number;
  report: (report: Report) => void;
}

/** What a host may put in place of the machine's clock and of silence. */
export interface ServiceOptions {
  now?: (() => number) | undefined;
  report?: ((report: Report) => void) | undefined;
}

/** Connects to Redis and QStash, lazily. */
export function createServices(
  env: Env,
  { now = Date.now, report = () => {} }: ServiceOptions = {},
): Services {
  let state: State | undefined;
  let queue: Queue | undefined;
  let gate: Promise<Gate> | undefined;

  /** Loaded where a plan is set, which most functions never do. */
  async function openGate(): Promise<Gate> {
    const { createGate } = await import('../gate/index.ts');
    return createGate({ plans: [], redis: env.redis, namespace: env.namespace, now });
  }
  return {
    env,
    get state() {
      state ??= createState({ ...env.redis, namespace: env.namespace });
      return state;
    },
    get queue() {
      queue ??= createQueue(env.qstash);
      return queue;
    },
    gate: {
      async setPlan(subject, plan) {
        gate ??= openGate();
        await (await gate).setPlan(subject, plan);
      },
    },
    now,
    report,
  };
}
