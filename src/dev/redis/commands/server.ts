import type { CommandTable } from '../command.ts';
import { OK, RedisError } from '../reply.ts';

/** Commands about the server itself. */
export const serverCommands: CommandTable = {
  ping: { arity: -1, run: (_db, args) => (args.length > 1 ? args[1] : { status: 'PONG' }) },
  echo: { arity: 2, run: (_db, args) => args[1] },
  time: { arity: 1, run: (db) => [String(Math.floor(db.now / 1000)), String((db.now % 1000) * 1000)] },
  info: { arity: -1, run: (db) => info(db.size) },
  command: { arity: -1, run: () => [] },
  publish: { arity: 3, run: () => 0 },
  select: { arity: 2, run: (_db, args) => selectDatabase(args[1]) },
};

function selectDatabase(index: string) {
  if (index !== '0') throw new RedisError('ERR DB index is out of range');
  return OK;
}

function info(keys: number): string {
  const lines = ['# Server', 'redis_version:7.0.15', 'redis_mode:standalone', '', '# Keyspace'];
  return [...lines, ...(keys > 0 ? [`db0:keys=${keys},expires=0,avg_ttl=0`] : []), ''].join('\r\n');
}
