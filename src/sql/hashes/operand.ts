import type { Operand } from '../../hashes/index.ts';
import { functionName, isNode, type Node, nameOf, nodes } from '../tree.ts';
import { offsetOf, Refusal } from './refusal.ts';

/** The names by which columns may be qualified: the table's own or its alias. */
export interface Names {
  table: string;
  alias: string | undefined;
}

/** Casts to these leave a field, which is text, as it is. */
const TEXT_TYPES = /^(?:text|varchar|character varying|char|character|uuid)$/i;

const CLOCKS = ['now', 'current_timestamp', 'localtimestamp', 'transaction_timestamp', 'statement_timestamp'];

const SECONDS: Record<string, number> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
};

/** Reads what a comparison compares. @param at where its surroundings begin. @throws {Refusal} for what cannot be evaluated. */
export function toOperand(value: unknown, names: Names, at: number): Operand {
  const here = offsetOf(value, at);
  if (!isNode(value)) throw new Refusal(here, 'has an expression that is not understood here');
  switch (value.type) {
    case 'column_ref':
      return { type: 'column', name: columnName(value, names, here) };
    case 'single_quote_string':
      return { type: 'value', value: String(value.value).replaceAll("''", "'") };
    case 'number':
      return numberOf(value, here);
    case 'bool':
      return { type: 'value', value: value.value === true };
    case 'null':
      return { type: 'value', value: null };
    case 'var':
      if (value.prefix === '$') return { type: 'parameter', number: Number(value.name) };
      break;
    case 'cast':
      return castOf(value, names, here);
    case 'function':
      if (CLOCKS.includes(functionName(value) ?? nameOfOrigin(value))) return { type: 'now', seconds: 0 };
      throw new Refusal(
        here,
        `calls ${(functionName(value) ?? 'a function').toUpperCase()}, which cannot be evaluated on Upstash Redis`,
      );
    case 'binary_expr':
      return clockOf(value, names, here);
  }
  throw new Refusal(
    here,
    'computes something that cannot be evaluated on Upstash Redis',
    "Compare fields with values, $1 and NOW() - INTERVAL '7 days'; keep what has to be computed in a field of its own.",
  );
}

/** The name of a column, as it is written: fields have capitals of their own. */
export function columnName({ table, column }: Node, names: Names, at: number): string {
  const qualifier = nameOf(table, 'mysql');
  if (qualifier !== undefined && qualifier !== (names.alias ?? names.table))
    throw new Refusal(at, `names ${qualifier}, which is no table of this query`);
  const name = nameOf(column, 'mysql');
  if (name === undefined || name === '*') throw new Refusal(at, 'has a star where a column has to be');
  return name;
}

function numberOf({ value }: Node, at: number): Operand {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Refusal(at, 'has a number that is not understood');
  return { type: 'value', value: number };
}

function castOf(cast: Node, names: Names, at: number): Operand {
  const [target] = nodes(cast.target);
  const type = String(target?.dataType ?? '');
  const operand = toOperand(cast.expr, names, at);
  if (TEXT_TYPES.test(type)) return operand;
  throw new Refusal(
    at,
    `casts to ${type.toLowerCase()}, and a field of a hash has no type`,
    'Leave the cast out: a field is read as a number beside a number, as a time beside NOW(), and as text beside text.',
  );
}

/** `CURRENT_TIMESTAMP`, which is written without brackets. */
function nameOfOrigin({ name }: Node): string {
  const [part] = isNode(name) ? nodes(name.name) : [];
  return String(part?.value ?? '').toLowerCase();
}

/** `NOW() - INTERVAL '7 days'`. */
function clockOf(node: Node, names: Names, at: number): Operand {
  const refuse = (): Refusal =>
    new Refusal(
      at,
      `computes with ${String(node.operator)}, which cannot be evaluated on Upstash Redis`,
      "Only NOW() - INTERVAL '7 days' (weeks, days, hours, minutes, seconds) is computed; keep what else has to be in a field of its own.",
    );
  if (node.operator !== '-' && node.operator !== '+') throw refuse();
  const clock = toOperand(node.left, names, at);
  const seconds = intervalOf(node.right);
  if (clock.type !== 'now' || seconds === undefined) throw refuse();
  return { type: 'now', seconds: clock.seconds + (node.operator === '-' ? -seconds : seconds) };
}

function intervalOf(value: unknown): number | undefined {
  if (!isNode(value)) return undefined;
  const [target] = nodes(value.target);
  const isCast = value.type === 'cast' && /^interval$/i.test(String(target?.dataType ?? ''));
  if (value.type !== 'interval' && !isCast) return undefined;
  const text = isNode(value.expr) ? String(value.expr.value) : '';
  return secondsOf(`${text} ${typeof value.unit === 'string' ? value.unit : ''}`);
}

function secondsOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(?<![\s\d])\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?(?=\s|$)/gi)];
  if (
    parts.length === 0 ||
    parts
      .map(([part]) => part)
      .join('')
      .trim() !== text.trim()
  )
    return undefined;
  let seconds = 0;
  for (const [, amount, unit = ''] of parts) {
    const each = SECONDS[unit.toLowerCase()];
    if (each === undefined) return undefined;
    seconds += Number(amount) * each;
  }
  return seconds;
}
