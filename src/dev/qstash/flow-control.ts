import type { Clock } from '../clock.ts';
import type { Agenda } from './agenda.ts';
import type { FlowControl } from './flow-header.ts';
import type { Message } from './message.ts';
import { createQueue, type Queue } from './queue.ts';
import { RequestError } from './request-error.ts';
import type { FlowOverride } from './state.ts';
import type { Store } from './store.ts';

interface Gate {
  key: string;
  limits: { parallelism: number | undefined; rate: number | undefined; period: number };
  override: FlowOverride;
  active: number;
  /** When the rate's period began, in ms, and how many messages were let through since. */
  periodStart: number;
  count: number;
  /** Those that wait, in order; the cancelled ones among them are passed over when their turn comes. */
  waiting: Queue<Message>;
  /** How many wait without those that were cancelled. */
  waitListSize: number;
  /** A timer for the next period is set. */
  timed: boolean;
}

/** Lets messages with a flow-control key through as their limits allow; the others wait, in order. */
export interface FlowGates {
  /** Takes over the limits a message brings, unless they are pinned. */
  configure(flow: FlowControl): void;
  /** Whether a message may start now; if not, it waits and is handed to `release` later. */
  enter(flow: FlowControl, message: Message): boolean;
  /** Forgets a message that waits, if it does. */
  cancel(id: string): void;
  /** One message with `key` has been attempted. */
  leave(key: string): void;
  /** What `GET /v2/flowControl/{key}` shows. Throws a 404 for a key nobody has used. */
  info(key: string): object;
  list(): object[];
  change(key: string, change: (override: FlowOverride) => FlowOverride): void;
  resetRate(key: string): void;
}

/** Creates the gates. `release` starts a message that had to wait. */
export function createFlowGates(on: {
  clock: Clock;
  agenda: Agenda;
  store: Store;
  release: (message: Message) => void;
}): FlowGates {
  const gates = new Map<string, Gate>();
  /** Where each message waits, by its id. */
  const waitingAt = new Map<string, Gate>();
  for (const override of on.store.state.flows.values()) gateOf(override.key);

  function gateOf(key: string): Gate {
    const known = gates.get(key);
    if (known !== undefined) return known;
    const gate: Gate = {
      key,
      limits: { parallelism: undefined, rate: undefined, period: 1 },
      override: on.store.state.flows.get(key) ?? { key, paused: false },
      active: 0,
      periodStart: 0,
      count: 0,
      waiting: createQueue(),
      waitListSize: 0,
      timed: false,
    };
    gates.set(key, gate);
    return gate;
  }

  const periodEnd = (gate: Gate): number => gate.periodStart + limitsOf(gate).period * 1000;

  function mayPass(gate: Gate): boolean {
    const { parallelism, rate } = limitsOf(gate);
    if (gate.override.paused || (parallelism !== undefined && gate.active >= parallelism)) return false;
    if (rate === undefined) return true;
    if (on.clock.now() >= periodEnd(gate)) {
      gate.periodStart = on.clock.now();
      gate.count = 0;
    }
    return gate.count < rate;
  }

  function pass(gate: Gate): void {
    gate.active += 1;
    gate.count += 1;
  }

  function waitForPeriod(gate: Gate): void {
    const { rate } = limitsOf(gate);
    if (gate.timed || gate.waitListSize === 0 || gate.override.paused) return;
    if (rate === undefined || gate.count < rate) return;
    gate.timed = true;
    on.agenda.add(periodEnd(gate), () => {
      gate.timed = false;
      drain(gate);
    });
  }

  /** False when no message with this id waits. */
  function stopWaiting(id: string): boolean {
    const gate = waitingAt.get(id);
    if (gate === undefined) return false;
    waitingAt.delete(id);
    gate.waitListSize -= 1;
    return true;
  }

  function drain(gate: Gate): void {
    while (gate.waitListSize > 0 && mayPass(gate)) {
      const message = gate.waiting.shift();
      if (message === undefined || !stopWaiting(message.id)) continue;
      pass(gate);
      on.release(message);
    }
    waitForPeriod(gate);
  }

  function known(key: string): Gate {
    const gate = gates.get(key);
    if (gate === undefined) throw new RequestError(404, `flow control key ${key} not found`);
    return gate;
  }

  return {
    configure(flow) {
      const gate = gateOf(flow.key);
      const { parallelism, rate, period } = flow;
      gate.limits = { parallelism, rate, period };
      drain(gate);
    },
    enter(flow, message) {
      const gate = gateOf(flow.key);
      if (gate.waitListSize === 0 && mayPass(gate)) {
        pass(gate);
        return true;
      }
      gate.waiting.push(message);
      gate.waitListSize += 1;
      waitingAt.set(message.id, gate);
      waitForPeriod(gate);
      return false;
    },
    cancel: (id) => void stopWaiting(id),
    leave(key) {
      const gate = gateOf(key);
      gate.active -= 1;
      drain(gate);
    },
    info: (key) => viewGate(known(key)),
    list: () => [...gates.values()].map(viewGate),
    change(key, change) {
      const gate = gateOf(key);
      const pinnedBefore = isPinned(gate.override);
      gate.override = change(gate.override);
      on.store.commit({ type: 'flow', override: gate.override });
      if (isPinned(gate.override) && !pinnedBefore) resetPeriod(gate);
      drain(gate);
    },
    resetRate(key) {
      const gate = known(key);
      resetPeriod(gate);
      drain(gate);
    },
  };
}

const isPinned = ({ parallelism, rate }: FlowOverride): boolean =>
  parallelism !== undefined || rate !== undefined;

function resetPeriod(gate: Gate): void {
  gate.periodStart = 0;
  gate.count = 0;
}

function limitsOf({ limits, override }: Gate): Gate['limits'] {
  return {
    parallelism: override.parallelism ?? limits.parallelism,
    rate: override.rate ?? limits.rate,
    period: override.rate === undefined ? limits.period : (override.period ?? 1),
  };
}

function viewGate(gate: Gate): object {
  const { parallelism, rate, period } = limitsOf(gate);
  return {
    flowControlKey: gate.key,
    waitListSize: gate.waitListSize,
    parallelismMax: parallelism ?? 0,
    parallelismCount: gate.active,
    rateMax: rate ?? 0,
    rateCount: gate.count,
    ratePeriod: period,
    ratePeriodStart: Math.floor(gate.periodStart / 1000),
    isPaused: gate.override.paused,
    isPinnedParallelism: gate.override.parallelism !== undefined,
    isPinnedRate: gate.override.rate !== undefined,
  };
}
