const SECOND_MS = 1000;

const UPSTASH_UNITS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: SECOND_MS };

const GO_UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: SECOND_MS,
  m: 60_000,
  h: 3_600_000,
};

function sumUnits(text: string, units: Record<string, number>): number | undefined {
  let total = 0;
  let rest = text;
  while (rest !== '') {
    const match = /^(\d{1,15}(?:\.\d{1,15})?)([a-zµ]{1,2})/.exec(rest);
    const factor = match?.[2] === undefined || !Object.hasOwn(units, match[2]) ? undefined : units[match[2]];
    if (match === null || factor === undefined) return undefined;
    total += Number(match[1]) * factor;
    rest = rest.slice(match[0].length);
  }
  return total;
}

/**
 * Parses a duration as QStash's headers write it (`10s`, `1d10h30m`; a bare number is seconds, as
 * `waitForEvent` sends it) into milliseconds, or `undefined` when it is none.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,15}$/.test(trimmed)) return Number(trimmed) * SECOND_MS;
  return trimmed === '' ? undefined : sumUnits(trimmed, UPSTASH_UNITS);
}

/** Parses a duration as Go prints it (`6m5s`, `1.5h`, `250ms`) into milliseconds, or `undefined` when it is none. */
export function parseGoDuration(text: string): number | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : sumUnits(trimmed, GO_UNITS);
}
