import type { Clock } from '../clock.ts';
import { createEngine } from './engine.ts';
import { createHandler } from './server.ts';

/** A Redis server behind Upstash's REST protocol, without a socket: put an HTTP listener in front of `handle`. */
export interface RedisServer {
  /** Answers a client's request. */
  handle(request: Request): Promise<Response>;
  /** How many commands have been run, those of scripts included. */
  readonly commandCount: number;
  close(): void;
}

/** What a local Redis is made with. */
export interface RedisServerOptions {
  /** By which keys expire. */
  clock: Clock;
  /** The file its data lives in; in memory only when absent. */
  journal: string | undefined;
  /** The token clients must send. */
  token: string;
}

/** Creates a local Redis. With a journal it goes on where it was stopped or killed: what was answered was written. */
export function createRedisServer({ clock, journal, token }: RedisServerOptions): RedisServer {
  const engine = createEngine({ clock, journal, dialect: 'upstash' });
  return {
    handle: createHandler(engine, token),
    get commandCount() {
      return engine.commandCount;
    },
    close: () => engine.close(),
  };
}
