const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** How to write a duration, for messages. */
export const DURATION_FORMS = '5m, 300s, 2h, 7d, 1d12h or PT5M';

const SHORT_FORM = /^(?:\d+(?:s|m|h|d|w))+$/;
const ISO_FORM = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Reads a duration: `30s`, `5m`, `2h`, `7d`, `1w`, a chain of them such as `1d12h`, or ISO 8601 (`PT5M`, `P7D`;
 * years and months have no fixed length and are refused).
 * @returns whole seconds, or `undefined` when `text` is not a duration that is longer than zero.
 */
export function parseDuration(text: string): number | undefined {
  const seconds = SHORT_FORM.test(text) ? shortForm(text) : isoForm(text);
  return seconds !== undefined && seconds > 0 && Number.isSafeInteger(seconds) ? seconds : undefined;
}

function shortForm(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdw])/g)) {
    total += Number(amount) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT];
  }
  return total;
}

function isoForm(text: string): number | undefined {
  const match = ISO_FORM.exec(text);
  if (match === null || text.endsWith('T')) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return weeks * 604_800 + days * 86_400 + hours * 3600 + minutes * 60 + seconds;
}

/** Writes seconds in the shortest exact form: `300` is `5m`, `129600` is `1d12h`, `0` is `0s`. */
export function formatDuration(seconds: number): string {
  let rest = Math.round(seconds);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const amount = Math.floor(rest / SECONDS_PER_UNIT[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * SECONDS_PER_UNIT[unit];
  }
  return text === '' ? '0s' : text;
}
