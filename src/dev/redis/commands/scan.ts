import { optionsFrom } from '../command.ts';
import { matchesGlob } from '../glob.ts';
import type { IndexedMap, IndexedNode, ScanPage } from '../indexed-map.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';

/** What a SCAN, HSCAN, SSCAN or ZSCAN asks for. */
export interface ScanOptions {
  cursor: number;
  count: number;
  matches: (text: string) => boolean;
  /** SCAN only: the type asked for. */
  type?: string;
  /** SCAN on Upstash only: answer with each key's type after it. */
  withType: boolean;
}

const DEFAULT_COUNT = 10;

/** Reads the cursor at `args[at]` and the options behind it; the key is before it, where there is one. */
export function readScanOptions(args: readonly string[], at: number): ScanOptions {
  const options = optionsFrom(args, at);
  const cursor = options.text();
  if (!/^\d{1,20}$/.test(cursor)) throw new RedisError('ERR invalid cursor');
  const found: ScanOptions = {
    cursor: Number(cursor),
    count: DEFAULT_COUNT,
    matches: () => true,
    withType: false,
  };
  for (let word = options.word(); word !== undefined; word = options.word()) {
    if (word === 'COUNT') found.count = options.positive();
    else if (word === 'MATCH') {
      const pattern = options.text();
      found.matches = (text) => matchesGlob(pattern, text);
    } else if (word === 'TYPE' && at === 1) found.type = options.text().toLowerCase();
    else if (word === 'WITHTYPE' && at === 1) found.withType = true;
    else throw syntaxError();
  }
  return found;
}

/** Answers HSCAN, SSCAN and ZSCAN: one page of a collection, each element shown by `show`. */
export function scanReply<TValue>(
  args: readonly string[],
  collection: Pick<IndexedMap<TValue>, 'scan'> | undefined,
  show: (node: IndexedNode<TValue>) => string[],
): Reply {
  const { cursor, count, matches } = readScanOptions(args, 2);
  const page: ScanPage<TValue> = collection?.scan(cursor, count) ?? { cursor: 0, nodes: [] };
  return [String(page.cursor), page.nodes.filter(({ key }) => matches(key)).flatMap(show)];
}
