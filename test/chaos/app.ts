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
  /** It was let through without Redis. */
  isDegraded: boolean;
}

/** The team's own app, with the gate in its processes. */
export interface App {
  call(gate: GateName, subject: string): Promise<void>;
  readonly calls: readonly Call[];
  /** Ends every process of it. */
  end(): void;
}

const PROCESSES = 3;
/** How often a handler fails, so that its units are given back. */
const FAILS = 0.1;

export function createApp({ plan, clock, variables, deployments, background }: ChaosWorld): App {
  const calls: Call[] = [];
  const processes: Array<{ front: GateFront; life: Life } | undefined> = [];
  let count = 0;

  function processAt(index: number): { front: GateFront; life: Life } {
    const known = processes[index];
    if (known !== undefined && !known.life.isOver) return known;
    const life = createLife(() => {});
    const front = openGate(
      { deployment: deployments.v1 },
      {
        subject: { header: 'x-user' },
        variables,
        now: clock.now,
        waitUntil: (work) => background(Promise.race([work, life.over])),
      },
    );
    processes[index] = { front, life };
    return { front, life };
  }

  return {
    calls,
    async call(gate, subject) {
      count += 1;
      const name = `app ${gate} ${subject} #${count}`;
      const { front, life } = processAt(Math.floor(plan.roll(`${name} process`) * PROCESSES));
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
      const isDegraded = isUsed && response !== undefined && !response.headers.has('RateLimit');
      calls.push({ gate, subject, status: response?.status ?? 0, isUsed, isDegraded });
    },
    end() {
      for (const one of processes) one?.life.end();
    },
  };
}
