import { createIndexedMap, type IndexedMap } from './indexed-map.ts';

/** The fields of a hash, and the times (ms) at which single fields expire, where any do. */
export interface Hash {
  readonly fields: IndexedMap<string>;
  readonly deadlines: Map<string, number>;
}

/** Creates a hash without fields. */
export function createHash(): Hash {
  return { fields: createIndexedMap<string>(), deadlines: new Map() };
}
