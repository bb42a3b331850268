import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { cpuMs, type Surface, tryAll } from '../surface.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A regular expression of ours, and where it is. */
interface Pattern {
  place: string;
  source: string;
  flags: string;
}

/** Text that is repeated, between a head and a tail that keeps the whole from matching. */
interface Pump {
  head: string;
  body: string;
  tail: string;
}

/** Long enough for what grows by the square to show, short enough for what does not to take no time. */
const LENGTH = 6_000;
const SUSPICIOUS_MS = 5;
/** As long as the longest text that a stranger may send (a header is at most 16 kB). */
const CONFIRM_LENGTH = 30_000;
const MOST_MS = 150;

const USUAL = [
  ' ',
  '\t',
  '\n',
  'a',
  'A',
  '0',
  '.',
  '-',
  '_',
  '/',
  '<',
  '"',
  "'",
  '\\',
  ',',
  ';',
  '*',
  '%',
  '$',
  'é',
];

/** Every literal regular expression of the source that is no test. */
function patternsOf(folder = join(root, 'src')): Pattern[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test(?:-d)?\.tsx?$/.test(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const tree = parse(text, { sourceType: 'module', plugins: ['typescript', 'jsx'], tokens: true });
    return (tree.tokens ?? []).flatMap(({ type, value, loc }) =>
      type.label === 'regexp'
        ? [
            {
              place: `src/${file}:${loc.start.line}`,
              source: value.pattern as string,
              flags: value.flags as string,
            },
          ]
        : [],
    );
  });
}

/** What a pattern may be slow at: its own characters, alone and in twos, after a head that it begins with. */
function pumpsOf({ source }: Pattern): Pump[] {
  const plain = source.replace(/\\[bBdDwWsSpPkux]|\(\?[:=!<]+|[()[\]{}|?*+^$]/g, ' ');
  const own = [...new Set([...plain].filter((character) => character.trim() !== ''))].slice(0, 12);
  const words = (plain.match(/[A-Za-z<>/"'&;:=.-]{2,}/g) ?? []).slice(0, 4);
  const units = [...new Set([...own, ...USUAL])];
  const pairs = own
    .slice(0, 6)
    .flatMap((one) => [' ', 'a', '0', ...own.slice(0, 6)].map((other) => one + other));
  const heads = ['', ...words.slice(0, 2), ...own.slice(0, 3)];
  const bodies = [...units, ...pairs, ...words];
  return heads.flatMap((head) =>
    bodies.flatMap((body) => ['\u0001', '!x'].map((tail) => ({ head, body, tail }))),
  );
}

const pumped = ({ head, body, tail }: Pump, length: number): string =>
  head + body.repeat(Math.ceil(length / body.length)) + tail;

/** Whether a pattern takes longer than text of a given length should. */
function isSlow(pattern: Pick<Pattern, 'source' | 'flags'>, pump: Pump): boolean {
  const run = (length: number): number => {
    const text = pumped(pump, length);
    const expression = new RegExp(pattern.source, pattern.flags);
    return cpuMs(() =>
      expression.flags.includes('g') ? void text.replace(expression, '') : void expression.exec(text),
    );
  };
  if (run(LENGTH) < SUSPICIOUS_MS || run(LENGTH) < SUSPICIOUS_MS) return false;
  // What grows beyond all measure is not run again at ten times the length.
  return run(LENGTH * 2) > MOST_MS || run(CONFIRM_LENGTH) > MOST_MS;
}

/** Who writes what a pattern reads, where it is no stranger and no user. */
const TRUSTED: ReadonlyArray<readonly [place: RegExp, who: string]> = [
  [/^src\/(?:inspect|propose|project|cli)\//, 'reads files of the repository that it is run in'],
  [/^src\/dev\//, 'listens on loopback, and to requests of this machine alone'],
  [
    /^src\/(?:env\/env|deployment-address|adapters\/(?:nest|web))\.ts/,
    'reads SKENE_URL and the path of a mount',
  ],
  [/^src\/config\/duration\.ts/, "reads durations of the config, and of the team's own command line"],
];

const isTrusted = (place: string): boolean => TRUSTED.some(([pattern]) => pattern.test(place));

/** Every regular expression against text that is meant to make it slow. */
export const regexes: Surface = {
  name: 'regular expressions (ReDoS)',
  cases: { short: 8_000, long: 300_000 },
  attack: ({ cases, seed }) => {
    const all = patternsOf()
      .filter(({ place }) => !isTrusted(place))
      .flatMap((pattern) => pumpsOf(pattern).map((pump) => ({ pattern, pump })));
    const step = Math.max(1, Math.floor(all.length / cases));
    const chosen = all.filter((_, index) => (index + seed) % step === 0);
    const slow = new Set<string>();
    return tryAll(chosen, ({ pattern, pump }) => {
      const { place, source } = pattern;
      if (slow.has(place) || !isSlow(pattern, pump)) return undefined;
      slow.add(place);
      return `${place}: /${source}/ is slow at ${JSON.stringify(pump)}`;
    });
  },
};
