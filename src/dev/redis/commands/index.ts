import type { CommandTable } from '../command.ts';
import { expiryCommands } from './expiry.ts';
import { hashFieldCommands } from './hash-fields.ts';
import { hashCommands } from './hashes.ts';
import { keyCommands } from './keys.ts';
import { listCommands } from './lists.ts';
import { serverCommands } from './server.ts';
import { setCommands } from './sets.ts';
import { sortedSetCommands } from './sorted-sets.ts';
import { streamCommands } from './streams.ts';
import { stringCommands } from './strings.ts';

/** Every command that needs nothing but the keyspace. */
export const commands: CommandTable = {
  ...stringCommands,
  ...keyCommands,
  ...expiryCommands,
  ...hashCommands,
  ...hashFieldCommands,
  ...listCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...streamCommands,
  ...serverCommands,
};
