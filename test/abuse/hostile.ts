import fc from 'fast-check';

/** Keys by which a careless assignment reaches what all objects inherit. */
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'toJSON',
];

/** Text that means something somewhere: to a header, a page, a template, a shell, a database. */
const PIECES = [
  '\r\nBcc: eve@example.com',
  '\n',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u0000',
  '\u202e',
  '\ufeff',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title>',
  'javascript:alert(1)',
  '{{ user.email }}',
  '{% for i in (1..9) %}x{% endfor %}',
  '{%- raw -%}',
  '${7*7}',
  "'; DROP TABLE users; --",
  '../../etc/passwd',
  '%2e%2e%2f',
  '%00',
  '&lt;b&gt;',
  'Group: a@example.com, b@example.com;',
  '<eve@example.com>',
  '"',
  '\\',
  ',',
  ';',
  ':',
  '@',
  '\ud800',
  '💥',
];

/** A few such pieces in a row, with anything between. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 12 }), fc.string()), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

/** Text, most of it harmless, that is never empty. */
export const hostileName = hostileText.map((text) => `n${text}`);

const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 }));

/** JSON text: members of any name, nested, with what breaks readers. Written by hand, because an object literal has no `__proto__` of its own. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      hostileText.map((text) => JSON.stringify(text)),
      fc.constantFrom('null', 'true', '0', '-1', '1e308', '1e999', '9007199254740993', '""', '[]', '{}'),
      fc.double({ noNaN: true }).map((number) => JSON.stringify(number)),
    ),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('json')), { maxLength: 5 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
}));

/** Any JSON, as text. */
export const hostileJson: fc.Arbitrary<string> = json;

/** JSON nested so deep that what goes down it by calling itself falls over. */
export const deepJson = fc
  .tuple(fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}']), fc.integer({ min: 50, max: 60_000 }))
  .map(([[open, close], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

/** The text of a value with some of its members put in place by chance. */
export function spoiled(value: object): fc.Arbitrary<string> {
  const paths = pathsOf(value);
  const edit = fc.tuple(
    fc.constantFrom(...paths),
    fc.option(fc.oneof({ weight: 30, arbitrary: hostileJson }, { weight: 1, arbitrary: deepJson })),
    fc.option(key, { freq: 3 }),
  );
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    const copy: unknown = structuredClone(value);
    const raw = new Map<string, string>();
    for (const [path, text, name] of edits) place(copy, path, { text, name, raw });
    return [...raw].reduce(
      (all, [mark, text]) => all.replaceAll(`"${mark}"`, () => text),
      JSON.stringify(copy),
    );
  });
}

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name])),
  ];
}

function place(
  target: unknown,
  path: Path,
  { text, name, raw }: { text: string | null; name: string | null; raw: Map<string, string> },
): void {
  let at = target;
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    at = Reflect.get(at, step);
  }
  if (typeof at !== 'object' || at === null) return;
  const last = name ?? path.at(-1) ?? '';
  if (text === null) return void Reflect.deleteProperty(at, last);
  // What no object can hold as it is (deep text, `__proto__`) is put in when the whole is written.
  const mark = `mark-${raw.size}`;
  raw.set(mark, text);
  Reflect.defineProperty(at, last, { value: mark, enumerable: true, configurable: true, writable: true });
}

/** A header's value, as far as one can be sent at all. */
export const headerText = hostileText.map((text) =>
  [...text]
    .filter((character) => character === '\t' || /[\x20-\x7e\x80-\xff]/.test(character))
    .join('')
    .trim(),
);
