import { type GateFront, openGate } from '../../src/adapters/gate.ts';
import { createLife, inScope, type Life } from './network.ts';
import type { ChaosWorld } from './world.ts';

/** The two gates: what they do while Redis is away. */
export const GATES = ['strict', 'open'] as const;
export type GateName = (typeof GATES)[number];

/** What became of a call of a feature. */
export interface Call {
  gate: GateName;
  subject: string;
  status: number;
  /** The feature was used. */
  isUsed: boolean;
  /** It was decided without Redis, as far as its answer says. */
  isDegraded: boolean;
  /** Whoever called heard of it: the process was not killed before. */
  isAnswered: boolean;
  /** It came in fair weather. */
  isFair: boolean;
  /** The process it came to, by its number. */
  process: number;
}

/** The team's own app, with the gate in its processes. */
export interface App {
  call(gate: GateName, subject: string): Promise<void>;
  readonly calls: readonly Call[];
  /** The processes that were killed, by their numbers. */
  readonly killed: ReadonlySet<number>;
  /** Ends every process of it. */
  end(): void;
}

interface Process {
  front: GateFront;
  life: Life;
  number: number;
}

const PROCESSES = 3;
/** How often a handler fails, so that its units are given back. */
const FAILS = 0.1;

export function createApp({ plan, clock, variables, deployments, background }: ChaosWorld): App {
  const calls: Call[] = [];
  const killed = new Set<number>();
  const processes: Array<Process | undefined> = [];
  let count = 0;
  let started = 0;
  let isEnding = false;

  function processAt(index: number): Process {
    const known = processes[index];
    if (known !== undefined && !known.life.isOver) return known;
    const number = ++started;
    const life = createLife(() => {
      if (!isEnding) killed.add(number);
    });
    const front = openGate(
      { deployment: deployments.v1 },
      {
        subject: { header: 'x-user' },
        variables,
        now: clock.now,
        waitUntil: (work) => background(Promise.race([work, life.over])),
      },
    );
    const one = { front, life, number };
    processes[index] = one;
    return one;
  }

  return {
    calls,
    killed,
    async call(gate, subject) {
      count += 1;
      const isFair = !plan.isStormy;
      const name = `app ${gate} ${subject} #${count}`;
      const {
        front,
        life,
        number: process,
      } = processAt(Math.floor(plan.roll(`${name} process`) * PROCESSES));
      let isUsed = false;
      const work = front.withGate(async () => {
        const fails = plan.isStormy && plan.roll(`${name} fails`) < FAILS;
        isUsed = !fails;
        return fails ? new Response(null, { status: 500 }) : Response.json({ done: true });
      });
      const request = new Request(`https://app.example/api/${gate}/export`, {
        method: 'POST',
        headers: { 'x-user': subject },
      });
      const answer = inScope({ name, life, calls: 0 }, () => work(request));
      answer.catch(() => {});
      const response = await Promise.race([answer, life.over]).catch(() => undefined);
      const isAnswered = response !== undefined;
      const isDegraded = isAnswered && !response.headers.has('RateLimit');
      const status = response?.status ?? 0;
      calls.push({ gate, subject, status, isUsed, isDegraded, isAnswered, isFair, process });
    },
    end() {
      isEnding = true;
      for (const one of processes) one?.life.end();
    },
  };
}
