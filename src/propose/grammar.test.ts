import { describe, expect, it } from 'vitest';
import { grammar } from './grammar.ts';

describe('the grammar', () => {
  it('has every kind of trigger, condition and action, with defaults and bounds', () => {
    const text = grammar();
    for (const kind of [
      'database',
      'api',
      'schedule',
      'webhook',
      'event',
      'query',
      'usage',
      'activity',
      'email',
      'block',
      'custom',
    ])
      expect(text).toContain(`type: '${kind}';`);
    expect(text).toContain('retries?: number; // a whole number, from 0 to 5, 3 unless told');
    expect(text).toContain('limit: Record<string, number | Infinity>;');
    expect(text).toContain('actions?: Record<string, function>;');
    expect(text).toMatch(/tables\?: Record<Table, \{/);
  });

  it('names nothing that it does not say', () => {
    const text = grammar();
    const said = new Set([...text.matchAll(/^type (\w+) =/gm)].map((match) => match[1]));
    const used = [...text.matchAll(/[:|<] ?([A-Z]\w+)/g)].map((match) => match[1]);
    expect(
      used.filter(
        (name) =>
          name !== 'Json' &&
          name !== 'Infinity' &&
          !['Array', 'Record'].includes(name ?? '') &&
          !said.has(name),
      ),
    ).toEqual([]);
  });
});
