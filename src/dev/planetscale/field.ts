import type { FieldPacket } from 'mysql2/promise';

/** A column of a result, as PlanetScale's API describes it. */
interface Field {
  name: string;
  type: string;
  table?: string;
  orgTable?: string;
  database?: string;
  orgName?: string;
  columnLength: number;
  charset: number;
  decimals?: number;
  flags?: number;
}

const UNSIGNED = 32;
const ENUM = 256;
const SET = 2048;
const BINARY_CHARSET = 63;

/** Vitess' names of types by the number MySQL's protocol gives them; numbers have an unsigned form. */
const NUMBERS: Record<number, string> = { 1: 'INT8', 2: 'INT16', 3: 'INT32', 8: 'INT64', 9: 'INT24' };
const TYPES: Record<number, string> = {
  0: 'DECIMAL',
  4: 'FLOAT32',
  5: 'FLOAT64',
  6: 'NULL',
  7: 'TIMESTAMP',
  10: 'DATE',
  11: 'TIME',
  12: 'DATETIME',
  13: 'YEAR',
  16: 'BIT',
  245: 'JSON',
  246: 'DECIMAL',
  255: 'GEOMETRY',
};
/** Types whose name says whether they hold text or bytes. */
const STRINGS: Record<number, [text: string, bytes: string]> = {
  249: ['TEXT', 'BLOB'],
  250: ['TEXT', 'BLOB'],
  251: ['TEXT', 'BLOB'],
  252: ['TEXT', 'BLOB'],
  253: ['VARCHAR', 'VARBINARY'],
  254: ['CHAR', 'BINARY'],
};

/** Describes a column as Vitess does. MariaDB's JSON is JSON here, as it would be with MySQL. */
export function toField(packet: FieldPacket): Field {
  const { name, table, orgTable, orgName, schema, decimals } = packet;
  const { columnLength = 0, characterSet = 0 } = packet;
  const flags = Number(packet.flags);
  return {
    name,
    type: typeOf(packet, flags),
    ...(table === ''
      ? {}
      : { table, orgTable, orgName, ...(schema === undefined ? {} : { database: schema }) }),
    columnLength,
    charset: characterSet,
    ...(decimals === 0 ? {} : { decimals }),
    ...(flags === 0 ? {} : { flags }),
  };
}

function typeOf({ columnType = 6, characterSet, extendedFormat }: FieldPacket, flags: number): string {
  if (extendedFormat === 'json') return 'JSON';
  if (flags & ENUM) return 'ENUM';
  if (flags & SET) return 'SET';
  const number = NUMBERS[columnType];
  if (number !== undefined) return flags & UNSIGNED ? `U${number}` : number;
  const strings = STRINGS[columnType];
  if (strings !== undefined) return strings[characterSet === BINARY_CHARSET ? 1 : 0];
  return TYPES[columnType] ?? 'NULL';
}
