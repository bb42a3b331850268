import { ConfigError } from '../../errors/index.ts';
import {
  answer,
  type Bindings,
  enoughRows,
  type Fields,
  isSelected,
  operandText,
  type SelectPlan,
  type TableLayout,
} from '../../hashes/index.ts';
import type { Row } from '../database.ts';
import type { RedisClient } from './client.ts';
import { findIds, type IdSource, startDeadline } from './lookup.ts';
import { readRows } from './rows.ts';

/** As many as PlanetScale gives of one query. */
const MOST_ROWS = 100_000;

/** Evaluates a plan over a table's hashes. @throws {ConfigError} QUERY_FAILED for too many rows, else as {@link findIds} does. */
export async function selectRows(
  client: RedisClient,
  {
    plan,
    layout,
    bindings,
    timeoutMs,
  }: { plan: SelectPlan; layout: TableLayout; bindings: Bindings; timeoutMs: number },
): Promise<Row[]> {
  const deadline = startDeadline(timeoutMs);
  const source = sourceOf(plan, bindings);
  const enough = enoughRows(plan) ?? Number.POSITIVE_INFINITY;
  const selected: Fields[] = [];
  const met = new Set<string>();
  for await (const ids of findIds(client, { layout, source, deadline })) {
    const news = ids.filter((id) => !met.has(id));
    for (const id of news) met.add(id);
    for await (const rows of readRows(client, { layout, ids: news, timeoutOf: () => deadline.left() })) {
      selected.push(
        ...rows.map(({ fields }) => fields).filter((fields) => isSelected(plan, fields, bindings)),
      );
      if (selected.length > MOST_ROWS) throw tooMany(layout);
      if (selected.length >= enough) return answer(plan, selected, bindings);
    }
  }
  return answer(plan, selected, bindings);
}

function tooMany({ table }: TableLayout): ConfigError {
  return new ConfigError('QUERY_FAILED', `The query selects more than ${MOST_ROWS} rows of ${table}.`, {
    hint: 'Add a condition or a LIMIT.',
  });
}

function sourceOf({ source }: SelectPlan, bindings: Bindings): IdSource {
  if (source.type === 'scan') return source;
  const values = source.values
    .map((operand) => operandText(operand, bindings))
    .filter((value) => value !== undefined);
  return { ...source, values };
}
