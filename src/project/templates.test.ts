import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTemplates, renderEmail } from '../email/index.ts';
import { readTemplates } from './templates.ts';
import { generateTemplatesModule } from './templates-module.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'skene-emails-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function read(files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  return readTemplates(dir);
}

describe('readTemplates', () => {
  it('finds the built-in templates where there is no folder', async () => {
    const { templates, problems } = await readTemplates(join(dir, 'none'));
    expect(Object.keys(templates).sort()).toEqual(Object.keys(builtInTemplates).sort());
    expect(problems).toEqual([]);
  });

  it('reads HTML: its title is the subject, and its text becomes the plain-text part', async () => {
    const { templates } = await read({
      'hello.html':
        '<html><head><title>Hi {{ name }} &amp; co</title></head><body><p>Dear {{ name }}</p></body></html>',
    });
    expect(templates.hello?.source).toMatchObject({
      kind: 'liquid',
      subject: 'Hi {{ name }} & co',
      text: 'Dear {{ name }}\n',
      variables: ['name'],
    });
  });

  it('reads Markdown into the layout, with what its head says', async () => {
    const { templates, problems } = await read({
      'mile.md':
        '---\nsubject: "Well done, {{ name }} & co"\npreheader: Go on\nlang: de\n---\n# Hallo\n\n[Weiter]({{ link }})\n',
    });
    expect(problems).toEqual([]);
    const template = templates.mile?.source;
    if (template === undefined) return expect.unreachable();
    const email = await renderEmail({
      template,
      name: 'mile',
      personalization: { name: 'A<b>', link: 'https://x.test' },
      scope: {},
      unsubscribeUrl: 'https://app.test/u',
    });
    expect(email.subject).toBe('Well done, A<b> & co');
    expect(email.html).toContain('<html lang="de">');
    expect(email.html).toContain('<title>Well done, A&lt;b&gt; &amp; co</title>');
    expect(email.html).toContain('<a href="https://x.test">Weiter</a>');
    expect(email.html.split('https://app.test/u')).toHaveLength(2);
    expect(email.text).toBe('Hallo\n\nWeiter (https://x.test)\n\nUnsubscribe: https://app.test/u\n');
  });

  it('reads plain text and makes HTML of it', async () => {
    const { templates } = await read({
      'note.txt': '---\nsubject: Note\n---\nHi {{ name | default: "you" }} <3\n',
    });
    const source = templates.note?.source;
    expect(source).toMatchObject({
      subject: 'Note',
      text: 'Hi {{ name | default: "you" }} <3\n',
      variables: [],
    });
    expect(source).toHaveProperty(
      'html',
      expect.stringContaining('<p>Hi {{ name | default: "you" }} &lt;3</p>'),
    );
  });

  it('lets a file take the place of a built-in template, and passes over parts and other files', async () => {
    const { templates } = await read({
      're_engagement.txt': 'Come back',
      '_footer.html': 'x',
      'logo.png': 'x',
      '.x.md': 'x',
    });
    expect(templates.re_engagement?.file).toBe(join(dir, 're_engagement.txt'));
    expect(Object.keys(templates).sort()).toEqual(Object.keys(builtInTemplates).sort());
  });

  it.each([
    [
      'bad.md',
      '---\nsubject: x\n---\n\nHi {% if %}',
      { line: 5, column: 9, message: /^The template cannot be rendered: [^,]*\.$/ },
    ],
    ['bad.md', '---\nsubjekt: x\n---\n', { line: 2, message: /"subjekt" means nothing/ }],
    ['bad.html', '<a href={{ link }}>x</a>', { message: /href=\{\{ \.\.\. \}\} has no quotes/ }],
  ])('tells what is wrong with %s: %j', async (file, content, { message, ...place }) => {
    const { templates, problems } = await read({ [file]: content });
    expect(templates).not.toHaveProperty('bad');
    expect(problems).toMatchObject([
      { message: expect.stringMatching(message), where: { file: join(dir, file), ...place } },
    ]);
  });

  it('refuses two files of one name', async () => {
    const { templates, problems } = await read({ 'a.html': '<p>x</p>', 'a.md': 'x' });
    expect(templates.a?.file).toBe(join(dir, 'a.html'));
    expect(problems).toMatchObject([{ message: `"a" is also the name of ${join(dir, 'a.html')}.` }]);
  });
});

describe('generateTemplatesModule', () => {
  it('writes the templates as strings, the built-in ones among them, and imports nothing but a type', async () => {
    const { templates } = await read({ 'a.txt': '`x` "\\n" \u2028 </script>' });
    const source = generateTemplatesModule(templates, '/app/compiled', '../src/email/index.ts');
    expect(source.match(/import\b.*/g)).toEqual([
      'import type { TemplateSource } from "../src/email/index.ts";',
    ]);
    const literal = source.slice(source.indexOf('= {') + 2, source.lastIndexOf(';'));
    const values = Object.fromEntries(Object.entries(templates).map(([name, found]) => [name, found.source]));
    expect(new Function(`return ${literal}`)()).toEqual(values);
  });
});
