import { describe, expect, it } from 'vitest';
import { configJsonSchema, type JsonSchema } from './json-schema.ts';

const definition = (name: string): JsonSchema => configJsonSchema().$defs?.[name] ?? {};

describe('the JSON Schema of the config', () => {
  it('takes one loop, several, or a whole configuration', () => {
    expect(configJsonSchema().anyOf).toEqual([
      { $ref: '#/$defs/Loop' },
      { type: 'array', items: { $ref: '#/$defs/Loop' } },
      { $ref: '#/$defs/Config' },
    ]);
  });

  it('knows no other keys, and asks only for what has no default', () => {
    expect(definition('Loop')).toMatchObject({
      required: ['type', 'opinion', 'steps'],
      additionalProperties: false,
    });
    expect(definition('Config').required).toEqual(['loops']);
  });

  it('says of what JSON cannot hold that nothing fits, and what it is', () => {
    const text = JSON.stringify(configJsonSchema());
    expect(text).toContain('"title":"Infinity","description":"no limit","not":{}');
    expect(text).toContain('"title":"function"');
  });

  it('is the same document each time, without a reference that leads nowhere', () => {
    const text = JSON.stringify(configJsonSchema());
    expect(JSON.stringify(configJsonSchema())).toBe(text);
    const names = Object.keys(configJsonSchema().$defs ?? {});
    for (const [, name] of text.matchAll(/#\/\$defs\/(\w+)/g)) expect(names).toContain(name);
  });
});
