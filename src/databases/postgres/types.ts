import type { BuiltInTypes, TypeParser } from './driver.ts';

/** Object ids of types, as in PostgreSQL's `pg_type.dat`: fixed for all servers. */
const OID = {
  bytea: 17,
  int8: 20,
  textArray: 1009,
  numeric: 1700,
  timestamp: 1114,
  timestamptz: 1184,
} as const;

/** Types whose text is the value: what a client library makes of them is no plain JSON (Date, objects of its own). */
const AS_TEXT = [
  OID.int8,
  OID.numeric,
  1082 /* date */,
  1186 /* interval */,
  600 /* point */,
  718 /* circle */,
];

const PARSERS: Record<number, TypeParser> = {
  ...Object.fromEntries(AS_TEXT.map((oid) => [oid, (text: string) => text])),
  700: toFiniteNumber,
  701: toFiniteNumber,
  [OID.bytea]: toBase64,
  [OID.timestamp]: toIsoTimestamp,
  [OID.timestamptz]: toIsoTimestamp,
};

/** Arrays whose elements a client library would parse otherwise than a single value: element type by array type. */
const ARRAYS: Record<number, number> = {
  1001: OID.bytea,
  1021: 700,
  1022: 701,
  1115: OID.timestamp,
  1182: 1082,
  1185: OID.timestamptz,
  1187: 1186,
};

/** Type parsers that give plain JSON, on top of a client library's own. */
export function jsonTypes(builtIn: BuiltInTypes): BuiltInTypes {
  return {
    getTypeParser(oid) {
      const own = PARSERS[oid];
      if (own !== undefined) return own;
      const element = PARSERS[ARRAYS[oid] ?? 0];
      if (element === undefined) return builtIn.getTypeParser(oid);
      const parseTexts = builtIn.getTypeParser(OID.textArray);
      return (text) => mapDeep(parseTexts(text), element);
    },
  };
}

/** How the JSON of a captured row says a value of some type, made into what a SELECT gives. */
export function fromCapturedText(text: string, type: number | undefined): unknown {
  return type === undefined || isFloat(type) ? text : (PARSERS[type]?.(text) ?? text);
}

/** How a captured row says a number, made into what a SELECT gives: text for types that JSON would round. */
export function fromCapturedNumber(text: string, type: number | undefined): unknown {
  if (type === OID.int8 || type === OID.numeric) return text;
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

function isFloat(type: number): boolean {
  return type === 700 || type === 701;
}

function toFiniteNumber(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function toBase64(text: string): string {
  return text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('base64') : text;
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d(?::\d\d)?)?$/;

/**
 * `2026-01-31 10:00:00.123456+02` as `2026-01-31T08:00:00.123456Z`: microseconds are kept, as cursors are made of them.
 * A timestamp without time zone stays without; `infinity` and years BC stay as they are.
 */
function toIsoTimestamp(text: string): string {
  const [, date, time, fraction = '', offset] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined) return text;
  if (offset === undefined) return `${date}T${time}${fraction}`;
  const moment = new Date(`${date}T${time}${offset.length === 3 ? `${offset}:00` : offset}`);
  return Number.isNaN(moment.getTime()) ? text : `${moment.toISOString().slice(0, 19)}${fraction}Z`;
}

function mapDeep(value: unknown, parse: TypeParser): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, parse));
  return typeof value === 'string' ? parse(value) : value;
}
