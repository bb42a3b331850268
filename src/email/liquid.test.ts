import { describe, expect, it, vi } from 'vitest';
import { renderLiquid, variablesOf } from './liquid.ts';

const html = (source: string, scope: Record<string, unknown> = {}) =>
  renderLiquid({ source, label: 'Template "x"' }, 'html', scope);
const text = (source: string, scope: Record<string, unknown> = {}) =>
  renderLiquid({ source, label: 'Template "x"' }, 'text', scope);
const needs = (source: string) => variablesOf({ source, label: 'Template "x"' });

describe('renderLiquid', () => {
  it('escapes values for HTML, once, and leaves them alone in text', async () => {
    const scope = { user: { name: `<b>"Ada" & 'Eve'</b>` } };
    const escaped = '&lt;b&gt;&quot;Ada&quot; &amp; &#39;Eve&#39;&lt;/b&gt;';
    expect(await html('{{ user.name }}', scope)).toBe(escaped);
    expect(await html('{{ user.name | escape }}', scope)).toBe(escaped);
    expect(await text('{{ user.name }}', scope)).toBe(scope.user.name);
  });

  it('never reads a value as Liquid', async () => {
    const scope = { user: { name: '{{ user.secret }}{% include "x" %}', secret: 'no' } };
    expect(await text('{{ user.name }}', scope)).toBe('{{ user.secret }}{% include "x" %}');
  });

  it.each([
    ['{{ user.name }}', {}, 'user'],
    ['{{ user.name }}', { user: {} }, 'user.name'],
    ['{{ user.name }}', { user: { name: null } }, 'user.name'],
    ['{{ user.name | upcase }}', { user: {} }, 'user.name'],
    ['{{ user.address.city }}', { user: { address: null } }, 'user.address'],
    ['{% assign name = user.name %}{{ name }}', { user: {} }, 'name'],
    ['{{ user.constructor }}', { user: {} }, 'user.constructor'],
    ['{{ user.nick | default: user.name }}', { user: {} }, 'user.name'],
    ['{{ user.nick | default: user.name }}', { user: { nick: '' } }, 'user.name'],
    ['{{ user.name | append: user.last | default: "there" }}', { user: { name: 'Ada' } }, 'user.last'],
    ['{{ a | default: "x" }}{{ a }}', {}, 'a'],
  ])('fails for good at %s over %j', async (source, scope, variable) => {
    await expect(text(source, scope)).rejects.toMatchObject({
      code: 'VARIABLE_MISSING',
      message: `Template "x" needs "${variable}", which has no value.`,
    });
  });

  it.each([
    ['{{ user.name | default: "there" }}', {}, 'there'],
    ['{{ user.name | default: "there" }}', { user: { name: null } }, 'there'],
    ['{{ user.name | default: "there" }}', { user: { name: '' } }, 'there'],
    ['{{ user.name | default: "there" | upcase }}', { user: {} }, 'THERE'],
    ['{{ user.name | split: " " | first | default: "there" }}', {}, 'there'],
    ['{{ user.name | split: " " | first | default: "there" }}', { user: { name: 'Ada L.' } }, 'Ada'],
    ['{{ count | plus: 1 | default: "none" }}', {}, 'none'],
    ['{{ user.nick | default: user.name }}', { user: { nick: 'Ada' } }, 'Ada'],
    ['{{ user.nick | default: user.name | default: "there" }}', {}, 'there'],
    ['{{ paid | default: plan, allow_false: true }}', { paid: false, plan: 'x' }, 'false'],
    ['{% assign name = user.name | upcase | default: "there" %}{{ name }}', {}, 'there'],
    ['{% if a %}{% echo user.name | default: "there" %}{% endif %}', { a: 1 }, 'there'],
    ['{% if user.name %}Hi {{ user.name }}{% else %}Hi{% endif %}', {}, 'Hi'],
    ['{% if user.plan == "free" %}a{% else %}b{% endif %}', { user: {} }, 'b'],
    ['{{ count }}, {{ paid }}', { count: 0, paid: false }, '0, false'],
  ])('renders %s over %j', async (source, scope, result) => expect(await text(source, scope)).toBe(result));

  it('tells the line and column of what is not Liquid', async () => {
    await expect(text('fine\n  {% if x %}')).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      where: { line: 2, column: 3 },
    });
    await expect(text('{{ 1 | nope }}')).rejects.toThrow('undefined filter: nope');
  });

  it('keeps nothing of one email for the next with the same source', async () => {
    const source = '{% increment n %}{% cycle "a", "b" %}{% assign x = user.name %}{{ x }} ';
    expect(await text(source.repeat(2), { user: { name: 'Ada' } })).toBe('0aAda 1bAda ');
    expect(await text(source.repeat(2), { user: { name: 'Eve' } })).toBe('0aEve 1bEve ');
  });

  it('parses a source that it has forgotten meanwhile again', async () => {
    for (let round = 0; round < 2; round += 1)
      for (let index = 0; index < 300; index += 1)
        expect(await text(`${index}: {{ round }}`, { round })).toBe(`${index}: ${round}`);
  });

  it('reads no files', async () => {
    for (const source of [
      '{% include "package.json" %}',
      '{% render "../../package.json" %}',
      '{% layout "/etc/passwd" %}',
    ]) {
      await expect(text(source)).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
    }
  });

  it('gives up on a template that costs too much', async () => {
    const loops = '{% for a in (1..1000000) %}{% for b in (1..1000000) %}x{% endfor %}{% endfor %}';
    await expect(text(loops)).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
    await expect(text('x'.repeat(500_001))).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
  });

  it('writes timestamps as dates and leaves other words alone', async () => {
    const filter = (value: unknown) => text('{{ value | readable_date }}', { value });
    expect(await filter('2026-11-02T23:30:00.000Z')).toBe('2 November 2026');
    expect(await filter(new Date('2026-11-02T00:00:00Z'))).toBe('2 November 2026');
    expect(await filter('2026-11-02')).toBe('2 November 2026');
    expect(await filter('Project 5')).toBe('Project 5');
    expect(await filter('2026-99-99')).toBe('2026-99-99');
  });
});

describe('a template that takes too long', () => {
  it('is rendered again where the machine stood still meanwhile', async () => {
    await text('{{ a }}', { a: 1 });
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(60_000);
    expect(await text('{{ a }}', { a: 1 })).toBe('1');
    expect(clock.mock.calls.length).toBeGreaterThan(2);
    clock.mockRestore();
  });

  it('is wrong where it takes too long again', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 600));
    await expect(text('{{ a }}{{ a }}{{ a }}', { a: 1 })).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
    clock.mockRestore();
  });
});

describe('variablesOf', () => {
  it('lists full paths that must have a value', async () => {
    expect(
      await needs(
        '{{ user.name }} {{ link }} {% for x in row.items %}{{ x.y }}{{ forloop.index }}{% endfor %}',
      ),
    ).toEqual(['link', 'row.items', 'user.name']);
  });

  it('leaves out what has a default or is tested first', async () => {
    expect(
      await needs(
        '{{ a | default: "x" }}{% if b.c %}{{ b.c }}{% elsif d == 1 %}{% endif %}{% unless e %}{% endunless %}',
      ),
    ).toEqual([]);
    expect(await needs('{% if a %}{{ b | default: "x" }}{{ c }}{% endif %}')).toEqual(['c']);
    expect(await needs('{% assign x = a | upcase | default: "x" %}{% echo b | default: "y" %}')).toEqual([]);
    expect(await needs('{{ a | default: b | default: "x" }}')).toEqual([]);
  });

  it('keeps what a default itself needs, and what is used again without one', async () => {
    expect(await needs('{{ a | append: b | default: c }}')).toEqual(['b', 'c']);
    expect(await needs('{{ a | default: "x" }}{{ a }}')).toEqual(['a']);
    expect(await needs('{% for x in a %}{{ x.y | default: x.z }}{{ b | default: x }}{% endfor %}')).toEqual([
      'a',
    ]);
  });
});
