import type { Clock } from '../clock.ts';
import { DEV_SIGNING_KEYS, DEV_TOKEN } from './dev-keys.ts';
import { createEngine, type DeliveryReport } from './engine.ts';
import type { ActiveFault, FaultAction, FaultRule, Faults } from './faults.ts';
import { resume } from './resume.ts';
import { createHandler } from './server.ts';
import { DEFAULT_LIMITS, type Limits } from './settings.ts';
import type { SigningKeys } from './signature.ts';
import type { QStashStats } from './stats.ts';
import { type Upcoming, upcomingOf } from './upcoming.ts';

export type {
  ActiveFault,
  DeliveryReport,
  FaultAction,
  FaultRule,
  Faults,
  Limits,
  QStashStats,
  SigningKeys,
  Upcoming,
};
export { DEV_SIGNING_KEYS, DEV_TOKEN };

/** Messages under way at once: the concurrency of the pay-as-you-go plan. */
const DEFAULT_PARALLELISM = 100;

/** What a local QStash is made with. */
export interface QStashOptions {
  /** Every timer and timestamp comes from it, except what faces the network: signatures and delivery timeouts. */
  clock: Clock;
  /** The path of the file its state lives in; `undefined` keeps it in memory only. */
  journal: string | undefined;
  /** How deliveries leave; the global `fetch` unless told. */
  fetch?: (request: Request) => Promise<Response>;
  /** Its own public URL, without a slash at the end: what webhook URLs begin with. */
  url: string;
  /** Called once for every attempt to deliver. */
  onDelivery?: (delivery: DeliveryReport) => void;
  /** The token clients must send; {@link DEV_TOKEN} unless told. */
  token?: string;
  /** A token that may only read; none unless told. */
  readOnlyToken?: string;
  /** The keys of a fresh journal; {@link DEV_SIGNING_KEYS} unless told. */
  signingKeys?: SigningKeys;
  /** Lets a run's id be used again once the run has ended; strict unless told. */
  reuseEndedRunIds?: boolean;
  /** Bodies of workflow deliveries above this many bytes are left out, and the SDK fetches them; never unless told. */
  lazyFetchBytes?: number;
  /** Attempts under way at once; 100 unless told. With 1, even their ends come in a fixed order. */
  parallelism?: number;
  /** Overrides of the limits beyond which requests are refused. */
  limits?: Partial<Limits>;
}

/** A QStash-compatible server without a socket: put an HTTP listener in front of `handle`. */
export interface QStash {
  /** Answers a client's request. Never rejects. */
  handle(request: Request): Promise<Response>;
  readonly faults: Faults;
  readonly stats: QStashStats;
  /** What is due later, the earliest first. */
  upcoming(): Upcoming[];
  /** Resolves once no delivery is under way and none can start without the clock moving. */
  idle(): Promise<void>;
  /** Stops delivering and closes the journal. What is under way is delivered again on reopening. */
  close(): void;
}

/**
 * Creates a local QStash. With a journal it goes on where it was stopped or killed: what had been accepted and not
 * finished is delivered (again, if need be).
 */
export function createQStash(options: QStashOptions): QStash {
  const engine = createEngine({
    clock: options.clock,
    journal: options.journal,
    fetch: options.fetch ?? ((request) => fetch(request)),
    url: options.url.replace(/\/$/, ''),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    parallelism: options.parallelism ?? DEFAULT_PARALLELISM,
    keys: options.signingKeys ?? DEV_SIGNING_KEYS,
    reuseEndedRunIds: options.reuseEndedRunIds ?? false,
    lazyFetchBytes: options.lazyFetchBytes,
    onDelivery: options.onDelivery,
  });
  const handle = createHandler(engine, {
    token: options.token ?? DEV_TOKEN,
    readOnlyToken: options.readOnlyToken,
  });
  resume(engine);
  options.clock.settleWith(() => engine.dispatcher.idle());
  return {
    handle,
    faults: engine.faults,
    stats: engine.stats,
    upcoming: () => upcomingOf(engine),
    idle: () => engine.dispatcher.idle(),
    close: () => engine.close(),
  };
}
