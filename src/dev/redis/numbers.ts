import { RedisError } from './reply.ts';

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)(0x[\da-f]+)$/i;
const MOST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);

/** The error for a value that is no signed 64-bit integer. */
export function notAnInteger(): RedisError {
  return new RedisError('ERR value is not an integer or out of range');
}

/** Whether `value` is outside the signed 64-bit range. */
export function overflows(value: bigint): boolean {
  return value > MOST || value < LEAST;
}

/** Reads a signed 64-bit integer exactly as Redis does: no sign `+`, no leading zeros, no blanks. */
export function parseInt64(text: string): bigint {
  if (!INTEGER.test(text)) throw notAnInteger();
  const value = BigInt(text);
  if (overflows(value)) throw notAnInteger();
  return value;
}

/** Reads an integer argument (a count, an index, a time); beyond 2^53 it is rounded. */
export function parseInteger(text: string): number {
  if (!INTEGER.test(text)) throw notAnInteger();
  return text.length < 16 ? Number(text) : Number(parseInt64(text));
}

/** Reads a double: decimals, `inf`, hexadecimal; never NaN. `what` completes the error text. */
export function parseDouble(text: string, what = 'value is not a valid float'): number {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) throw new RedisError(`ERR ${what}`);
  return Number(hexadecimal[2]) * (hexadecimal[1] === '-' ? -1 : 1);
}

/** A score as a reply shows it: whole numbers without an exponent, otherwise the shortest text that reads back the same. */
export function formatDouble(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value).toString() : String(value);
}

/** A number in C's `%.<precision>g`: what Lua 5.1 (14) and Redis' script arguments (17) use. */
export function formatGeneral(value: number, precision: number): string {
  if (Number.isNaN(value)) return '-nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? '-0' : String(value);
  const [digits = '', exponentText = '0'] = value.toExponential(precision - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < precision) return trimZeros(value.toFixed(precision - 1 - exponent));
  const sign = exponent < 0 ? '-' : '+';
  return `${trimZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A decimal fraction without the zeros at its end. */
export function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
