import type { Clock } from '../clock.ts';
import type { Agenda, Appointment } from './agenda.ts';
import { type ActiveFault, type Faults, faultDelayMs } from './faults.ts';
import { createFlowGates, type FlowGates } from './flow-control.ts';
import type { FlowControl } from './flow-header.ts';
import type { Message } from './message.ts';
import { createQueue } from './queue.ts';
import type { Store } from './store.ts';

/** One attempt to be made. */
export interface Attempt {
  message: Message;
  /** The fault that hits it, if any: `fail`, `double` or `lose-answer`. */
  fault: ActiveFault | undefined;
}

/** Decides when a message is attempted: at its due time, as flow control, faults and the global limit allow. */
export interface Dispatcher {
  readonly flows: FlowGates;
  /** How many attempts are under way. */
  readonly active: number;
  /** Delivers `message` once it is due. */
  schedule(message: Message): void;
  /** Forgets when a message was to be attempted: it is no more. */
  cancel(id: string): void;
  /** Resolves once nothing is under way and nothing could start without the clock moving. */
  idle(): Promise<void>;
  stop(): void;
}

/** Creates the dispatcher. */
export function createDispatcher(on: {
  clock: Clock;
  agenda: Agenda;
  store: Store;
  faults: Faults;
  parallelism: number;
  /** What faults and flow control look at. */
  describe: (message: Message) => { labels: readonly string[]; flow: FlowControl | undefined };
  /** Makes an attempt and deals with what came of it; must not reject. */
  deliver: (attempt: Attempt) => Promise<void>;
}): Dispatcher {
  const appointments = new Map<string, Appointment>();
  /** Which flow's place a message keeps while a fault delays it. */
  const keeping = new Map<string, string>();
  const ready = createQueue<Attempt>();
  const flows = createFlowGates({ ...on, release: (message) => enqueue({ message, fault: undefined }) });
  let overtaken: Attempt[] = [];
  let active = 0;
  let pumping = false;
  let stopped = false;
  let idlers: Array<() => void> = [];

  const isAlive = (message: Message): boolean => on.store.state.messages.get(message.id) === message;

  function appoint(message: Message, at: number, then: () => void): void {
    const appointment = on.agenda.add(at, () => {
      appointments.delete(message.id);
      then();
    });
    appointments.set(message.id, appointment);
  }

  function becomeDue(message: Message): void {
    if (!isAlive(message)) return;
    const { flow } = on.describe(message);
    if (flow === undefined || flows.enter(flow, message)) enqueue({ message, fault: undefined });
  }

  function enqueue(attempt: Attempt): void {
    ready.push(attempt);
    pumpSoon();
  }

  /** Attempts start after the request that caused them has been dealt with, all in the order they became due. */
  function pumpSoon(): void {
    if (pumping || stopped) return;
    pumping = true;
    setImmediate(pump);
  }

  function pump(): void {
    pumping = false;
    while (!stopped && active < on.parallelism) {
      const attempt = ready.shift() ?? takeOvertaken();
      if (attempt === undefined) break;
      start(attempt);
    }
    tellIdlers();
  }

  /** A message that was to be overtaken goes when nothing else is left that could overtake it. */
  function takeOvertaken(): Attempt | undefined {
    return active === 0 ? overtaken.shift() : undefined;
  }

  function start({ message, fault: known }: Attempt): void {
    const { labels, flow } = on.describe(message);
    if (!isAlive(message)) {
      if (flow !== undefined) flows.leave(flow.key);
      return;
    }
    const fault = known ?? on.faults.hit({ url: message.url, labels, runId: message.runId });
    if (known === undefined && fault?.action === 'delay') {
      if (flow !== undefined) keeping.set(message.id, flow.key);
      appoint(message, on.clock.now() + faultDelayMs(fault), () => {
        keeping.delete(message.id);
        enqueue({ message, fault });
      });
      return;
    }
    if (known === undefined && fault?.action === 'reorder') {
      overtaken.push({ message, fault });
      return;
    }
    run({ message, fault }, flow);
  }

  function run(attempt: Attempt, flow: FlowControl | undefined): void {
    active += 1;
    for (const waiting of overtaken) ready.push(waiting);
    overtaken = [];
    void on.deliver(attempt).finally(() => {
      active -= 1;
      if (flow !== undefined) flows.leave(flow.key);
      pumpSoon();
    });
  }

  function isIdle(): boolean {
    return stopped || (active === 0 && !pumping && ready.length === 0 && overtaken.length === 0);
  }

  function tellIdlers(): void {
    if (!isIdle()) return;
    const told = idlers;
    idlers = [];
    for (const tell of told) tell();
  }

  return {
    flows,
    get active() {
      return active;
    },
    schedule(message) {
      const { flow } = on.describe(message);
      if (flow !== undefined) flows.configure(flow);
      if (message.due <= on.clock.now()) becomeDue(message);
      else appoint(message, message.due, () => becomeDue(message));
    },
    cancel(id) {
      flows.cancel(id);
      const appointment = appointments.get(id);
      if (appointment === undefined) return;
      appointments.delete(id);
      on.agenda.cancel(appointment);
      const flowKey = keeping.get(id);
      if (flowKey === undefined) return;
      keeping.delete(id);
      flows.leave(flowKey);
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    stop() {
      stopped = true;
      tellIdlers();
    },
  };
}
