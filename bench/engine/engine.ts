/** What a run tells the load about itself. */
export interface Progress {
  /** The first step of a run has been taken. */
  stepped(run: string): void;
  /** The second step, for which the event was needed, has been taken. */
  acted(run: string): void;
}

/**
 * A durable engine with one workflow: take a step, wait for the run's own event for a day at most, take a second step. It runs in this
 * process and in those that this process has started, so that what it takes of the machine can be counted.
 */
export interface Engine {
  /** Starts a run. Resolves once it is certain that it will be carried out. */
  start(run: string): Promise<void>;
  /** Sends the event that a run waits for. Resolves once it is certain that it will arrive. */
  send(run: string): Promise<void>;
  /** What has been done so far, by the engine's own measure: requests, billed messages, commits. */
  work(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** Opens an engine. Each module of a contender exports one, as `open`. */
export type OpenEngine = (progress: Progress) => Promise<Engine>;
