import type { Clock } from '../clock.ts';
import { type Agenda, type Appointment, createAgenda } from './agenda.ts';
import type { Content } from './content.ts';
import { deliver } from './deliver.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLogs, type Logs } from './logs.ts';
import type { Message, MessageKind } from './message.ts';
import type { Limits, Settings } from './settings.ts';
import type { SigningKeys } from './signature.ts';
import { createStats, type MutableStats } from './stats.ts';
import { openStore, type Store } from './store.ts';
import type { Run, Waiter } from './workflow/run.ts';
import { stepsBody } from './workflow/steps-body.ts';

/** One attempt to deliver a message, as the dev log shows it. Each is one billed message. */
export interface DeliveryReport {
  messageId: string;
  url: string;
  kind: MessageKind;
  /** The answer's status; absent when no answer arrived. */
  status?: number;
  /** Why no answer arrived. */
  error?: string;
  /** 1 for the first attempt. */
  attempt: number;
  runId?: string;
  label?: string;
}

/** What the engine is made with. */
export interface EngineOptions {
  clock: Clock;
  journal: string | undefined;
  fetch: (request: Request) => Promise<Response>;
  url: string;
  limits: Limits;
  parallelism: number;
  keys: SigningKeys;
  reuseEndedRunIds: boolean;
  lazyFetchBytes: number | undefined;
  onDelivery: ((delivery: DeliveryReport) => void) | undefined;
}

/** What every part of the server works with: the state, the clock, and the way messages leave. */
export interface Engine {
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly store: Store;
  readonly agenda: Agenda;
  readonly dispatcher: Dispatcher;
  readonly logs: Logs;
  readonly faults: Faults;
  readonly stats: MutableStats;
  /** When each waiter gives up. */
  readonly waitTimers: Map<Waiter, Appointment>;
  /** When each schedule ticks next, by its id. */
  readonly scheduleTimers: Map<string, Appointment>;
  /** Keeps a message and delivers it when it is due. */
  accept(message: Message): void;
  /** Drops a message that has been delivered or given up. */
  finish(message: Message): void;
  /** Drops a message on somebody's wish; false when there is none with this id. */
  cancel(id: string): boolean;
  settingsOf(message: Message): Settings;
  contentOf(message: Message): Content;
  runOf(message: Message): Run | undefined;
  /** Whether the server has been closed: attempts that come back then are forgotten (and made again on reopening). */
  readonly closed: boolean;
  close(): void;
}

const NO_SETTINGS: Settings = { method: 'POST', headers: {} };

/** Creates the engine and rebuilds its state from the journal. Nothing is delivered before `resume` in `resume.ts`. */
export function createEngine(options: EngineOptions): Engine {
  const { clock } = options;
  const store = openStore(options.journal, options.keys);
  const agenda = createAgenda(clock);
  const logs = createLogs();
  const faults = createFaults();
  let closed = false;

  const runOf = (message: Message): Run | undefined =>
    message.runId === undefined ? undefined : store.state.runs.get(message.runId);

  const settingsOf = (message: Message): Settings =>
    message.settings ?? runOf(message)?.settings ?? NO_SETTINGS;

  function contentOf(message: Message): Content {
    if (message.content !== undefined) return message.content;
    const run = runOf(message);
    return run === undefined ? { data: '' } : stepsBody(run, message);
  }

  const dispatcher = createDispatcher({
    clock,
    agenda,
    store,
    faults,
    parallelism: options.parallelism,
    describe(message) {
      const settings = settingsOf(message);
      return { labels: settings.labels ?? [], flow: settings.flow };
    },
    deliver: (attempt) => deliver(engine, attempt),
  });

  const engine: Engine = {
    options,
    clock,
    store,
    agenda,
    dispatcher,
    logs,
    faults,
    stats: createStats(),
    waitTimers: new Map(),
    scheduleTimers: new Map(),
    settingsOf,
    contentOf,
    runOf,
    accept(message) {
      store.commit({ type: 'message', message });
      logs.add({ time: clock.now(), state: 'CREATED', message, settings: settingsOf(message) });
      dispatcher.schedule(message);
    },
    finish(message) {
      dispatcher.cancel(message.id);
      store.commit({ type: 'finished', id: message.id });
    },
    cancel(id) {
      const message = store.state.messages.get(id);
      if (message === undefined) return false;
      const logged = { time: clock.now(), message, settings: settingsOf(message) };
      logs.add({ ...logged, state: 'CANCEL_REQUESTED' });
      engine.finish(message);
      logs.add({ ...logged, state: 'CANCELED' });
      return true;
    },
    get closed() {
      return closed;
    },
    close() {
      if (closed) return;
      closed = true;
      dispatcher.stop();
      agenda.stop();
      store.close();
    },
  };
  return engine;
}
