import { trimZeros } from './numbers.ts';
import { RedisError } from './reply.ts';

/**
 * The sum of INCRBYFLOAT. Redis adds in the 80-bit `long double` of x86 and prints 17 decimals, so 0.1 + 0.2 is 0.3
 * there and 0.30000000000000004 in JavaScript; the 64-bit mantissa is imitated here with integers.
 */
interface LongDouble {
  mantissa: bigint;
  exponent: number;
}

const MANTISSA_BITS = 64;
const DECIMALS = 17;
const LARGEST_EXPONENT = 16_384;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Adds two decimal texts; throws Redis' errors for what is no number and for a result that is not finite. */
export function addLongDoubles(left: string, right: string): string {
  const a = parse(left);
  const b = parse(right);
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = shift(a.mantissa, a.exponent - exponent) + shift(b.mantissa, b.exponent - exponent);
  return format(round(sum, 1n, exponent));
}

function parse(text: string): LongDouble {
  const match = NUMBER.exec(text);
  const [, sign, whole = '', fraction = '', power = '0'] = match ?? [];
  if (/^[+-]?inf(inity)?$/i.test(text)) throw notFinite();
  if (match === null || whole + fraction === '') throw new RedisError('ERR value is not a valid float');
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = Number(power) - fraction.length;
  if (digits === 0n || scale < -6000) return { mantissa: 0n, exponent: 0 };
  if (scale + whole.length + fraction.length > 4933) throw notFinite();
  return scale >= 0 ? round(digits * 10n ** BigInt(scale), 1n, 0) : round(digits, 10n ** BigInt(-scale), 0);
}

/** The nearest long double of (numerator / denominator) * 2^exponent, ties to even. */
function round(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let down = bitLength(magnitude) - bitLength(denominator) - MANTISSA_BITS;
  let mantissa = quotient(magnitude, denominator, down);
  if (bitLength(mantissa) > MANTISSA_BITS) mantissa = quotient(magnitude, denominator, ++down);
  if (bitLength(mantissa) < MANTISSA_BITS) mantissa = quotient(magnitude, denominator, --down);
  if (exponent + down + MANTISSA_BITS > LARGEST_EXPONENT) throw notFinite();
  return { mantissa: negative ? -mantissa : mantissa, exponent: exponent + down };
}

/** numerator / (denominator * 2^down), to the nearest integer, ties to even. */
function quotient(numerator: bigint, denominator: bigint, down: number): bigint {
  return divideRounded(shift(numerator, Math.max(-down, 0)), shift(denominator, Math.max(down, 0)));
}

function format({ mantissa, exponent }: LongDouble): string {
  const scaled = mantissa * 10n ** BigInt(DECIMALS);
  const fixed = exponent >= 0 ? shift(scaled, exponent) : divideRounded(scaled, 1n << BigInt(-exponent));
  const digits = (fixed < 0n ? -fixed : fixed).toString().padStart(DECIMALS + 1, '0');
  const text = trimZeros(`${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
  return fixed < 0n && text !== '0' ? `-${text}` : text;
}

function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const whole = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (whole & 1n) === 1n);
  const rounded = up ? whole + 1n : whole;
  return negative ? -rounded : rounded;
}

function shift(value: bigint, bits: number): bigint {
  return value << BigInt(bits);
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

function notFinite(): RedisError {
  return new RedisError('ERR increment would produce NaN or Infinity');
}
