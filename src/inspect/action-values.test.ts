import { describe, expect, it } from 'vitest';
import { findActionValues } from './action-values.ts';
import { memoryRepository } from './memory-repository.ts';
import type { Column, Table } from './model.ts';

const column = (name: string, property?: string): Column => ({
  name,
  property,
  kind: 'text',
  nullable: false,
  place: { file: 'schema.sql', line: 1 },
});

function valuesIn(texts: Record<string, string>, action: Column = column('action_type', 'actionType')) {
  const owner = column('user_id');
  const table: Table = {
    name: 'user_actions',
    source: 'sql',
    dialect: 'postgres',
    columns: [owner, action],
    primaryKey: ['id'],
    place: { file: 'schema.sql', line: 1 },
  };
  const related = { table, owner, action, created: undefined, confidence: 'likely' as const, evidence: [] };
  return findActionValues(related, memoryRepository(texts)).then((values) =>
    values.map(({ value, evidence }) => `${value} ${evidence.file}:${evidence.line}`),
  );
}

describe('what an action may be called', () => {
  it('is what code inserts, across the pieces of a string', async () => {
    const python = `db.execute(\n  "INSERT INTO user_actions (user_id, action_type) VALUES (%s, 'first_project_created')"\n  " ON CONFLICT DO NOTHING")`;
    const typescript = `'INSERT IGNORE INTO public.user_actions (action_type, user_id) ' + "values ('invited', ?)"`;
    expect(await valuesIn({ 'main.py': python, 'a.ts': typescript })).toEqual([
      'first_project_created main.py:2',
      'invited a.ts:1',
    ]);
  });

  it('is what is assigned under the name that the code has for it', async () => {
    expect(
      await valuesIn({
        'a.ts': "await prisma.userAction.create({\n data: { actionType: 'report_opened' } });",
        'b.py': 'UserAction(action_type="exported")\nif action_type == "seen": pass',
      }),
    ).toEqual(['report_opened a.ts:2', 'exported b.py:1']);
  });

  it('is not everything that is called type', async () => {
    expect(await valuesIn({ 'a.ts': "const x = { type: 'button' };" }, column('type'))).toEqual([]);
  });
});
