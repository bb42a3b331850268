/** Floor 6: changed rows, from the outbox or by polling, are handed in as Events. Apart from intake, because it needs the drivers. */
export { databaseOf, once } from './connections.ts';
export { type DrainContext, drainChanges } from './drain.ts';
