/** What an operand has come to: the text of a field, a literal, a time in ms since the epoch, or nothing. */
export type Value = string | number | boolean | null | { time: number };

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INTEGER = /^[+-]?\d+$/;
/** A day, and with it perhaps a time and its zone: UTC unless told. */
const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** Below this a number is seconds since the epoch, above it milliseconds. */
const LEAST_MILLISECONDS = 1e11;

/**
 * Whether two values are equal; `undefined` when that is unknown. The kind of a literal says how the text of a field is read: as a
 * number, a boolean, a time; a field that cannot be read so is unknown. Text is compared with text.
 */
export function isEqual(one: Value, other: Value): boolean | undefined {
  if (typeof one === 'string' && typeof other === 'string') return one === other;
  const order = orderOf(one, other);
  return order === undefined ? undefined : order === 0;
}

/** Below zero, zero or above it, as `one` comes before, with or after `other`. Two texts that are numbers are compared as such. */
export function orderOf(one: Value, other: Value): number | undefined {
  if (one === null || other === null) return undefined;
  if (typeof one === 'object' || typeof other === 'object') return difference(toTime(one), toTime(other));
  if (typeof one === 'boolean' || typeof other === 'boolean') return difference(toBit(one), toBit(other));
  if (typeof one === 'number' || typeof other === 'number') return difference(toNumber(one), toNumber(other));
  return orderOfTexts(one, other);
}

/** A total order of fields: numbers by size, then text. */
export function sortOrder(one: Value, other: Value): number {
  const [left, right] = [isNumeric(one), isNumeric(other)];
  if (left !== right) return left ? -1 : 1;
  return orderOf(one, other) ?? 0;
}

/** What a value says as a condition; `undefined` when it says nothing. */
export function truthOf(value: Value): boolean | undefined {
  return value === null ? undefined : isEqual(value, true);
}

function isNumeric(value: Value): boolean {
  return typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value));
}

function orderOfTexts(one: string, other: string): number {
  if (INTEGER.test(one) && INTEGER.test(other)) {
    const [left, right] = [BigInt(one), BigInt(other)];
    return left < right ? -1 : Number(left > right);
  }
  if (NUMBER.test(one) && NUMBER.test(other)) return Number(one) - Number(other);
  return one < other ? -1 : Number(one > other);
}

function difference(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one - other;
}

function toNumber(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  return NUMBER.test(value) ? Number(value) : undefined;
}

function toBit(value: string | number | boolean): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1') return 1;
  return text === 'false' || text === '0' ? 0 : undefined;
}

function toTime(value: Exclude<Value, null>): number | undefined {
  return typeof value === 'object' ? value.time : timeOf(String(value));
}

/** A time as text says it, in ms since the epoch: seconds or milliseconds, or ISO 8601. `undefined` when it says none. */
export function timeOf(text: string): number | undefined {
  if (NUMBER.test(text)) {
    const number = Number(text);
    return Math.abs(number) < LEAST_MILLISECONDS ? number * 1_000 : number;
  }
  const [, day = '', clock = '00:00', zone = 'Z'] = DATE.exec(text) ?? [];
  const [, hours = '', minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const time = Date.parse(`${day}T${clock}${hours === '' ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(time) ? undefined : time;
}
