import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VariablesSchema } from '../../src/env/variables.ts';
import { readFrontMatter } from '../../src/project/front-matter.ts';
import { createWorld, type World } from '../../src/testing/index.ts';
import { activation } from '../integration/loops/activation.ts';
import { blocksOf, type CodeBlock, pages, root } from './code-blocks.ts';

const blocks = pages.flatMap(blocksOf);
const of = (language: string): CodeBlock[] => blocks.filter((block) => block.language === language);
const placeOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;

/** What reads the blocks of each language; a block in another one fails. */
const READERS: Readonly<Record<string, string>> = {
  ts: 'typescript.test.ts compiles them',
  sh: 'bash reads them here, commands.test.ts looks up what they call',
  text: 'output: tutorial.test.ts sees it; the reference of the commands is made of it',
  sql: 'run here, on a database with the tables of the README and the outbox',
  json: 'parsed here',
  py: 'compiled here',
  md: 'templates: their head is read here',
  mermaid: 'read here',
  env: 'their variables are looked up here',
  redis: 'run here, on the local Redis',
};

describe('the code of the pages', () => {
  it('is in languages that a test reads, and says in which', () => {
    const unread = blocks.filter(({ language }) => !(language in READERS));
    expect(unread.map((block) => `${placeOf(block)} ${block.language}`)).toEqual([]);
  });

  it('stands between fences, where it is found', () => {
    const indented = pages.flatMap((page) => {
      const text = readFileSync(`${root}/${page}`, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
      return [...text.matchAll(/\n\n {4}(?![ -])([^\n]+)/g)].map(([, line]) => `${page}: ${line}`);
    });
    expect(indented).toEqual([]);
  });

  it.each(of('sh').map((block) => [placeOf(block), block.code]))('%s is right to the shell', (_, code) => {
    // A name in angle brackets is the reader's to fill in.
    const { status, stderr } = spawnSync('bash', ['-n', '-c', code.replaceAll(/<[a-z_ ]+>/g, 'x')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(of('json').map((block) => [placeOf(block), block.code]))('%s is JSON', (_, code) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });

  it.each(of('py').map((block) => [placeOf(block), block.code]))('%s is Python', (_, code) => {
    const compiled = spawnSync('python3', ['-c', 'import sys; compile(sys.stdin.read(), "page", "exec")'], {
      input: code,
      encoding: 'utf8',
    });
    expect(compiled.stderr).toBe('');
  });

  it.each(of('md').map((block) => [placeOf(block), block.code]))('%s is a template', (_, code) => {
    expect(readFrontMatter(code, 'page').head.subject).toBeTruthy();
  });

  it.each(of('env').map((block) => [placeOf(block), block.code]))(
    '%s sets variables that there are',
    (_, code) => {
      const names = code
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => line.split('=')[0] ?? '');
      expect([...Object.keys(VariablesSchema.shape), 'DATABASE_URL']).toEqual(expect.arrayContaining(names));
    },
  );

  it.each(of('mermaid').map((block) => [placeOf(block), block.code]))('%s is a diagram', (_, code) => {
    const [first = '', ...lines] = code.trim().split('\n');
    expect(first).toMatch(/^flowchart (?:LR|TB)$/);
    for (const line of lines) {
      expect(line).toMatch(/^ {2}.* --> .*/);
      for (const [open, close] of ['()', '[]', '{}', '""'].map((pair) => [...pair]))
        expect(line.split(open ?? '').length, line).toBe(line.split(close ?? '').length);
    }
  });
});

describe('the statements of the pages', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ config: activation });
  });
  afterAll(() => world.close());

  it('run on PostgreSQL', async () => {
    for (const block of of('sql'))
      await expect(world.stack.postgres?.exec(block.code), placeOf(block)).resolves.toBeUndefined();
  });

  it('run on Redis', async () => {
    for (const block of of('redis')) {
      const lines = block.code
        .replaceAll(/<[^>]+>/g, '1')
        .trim()
        .split('\n');
      const commands = lines.filter((line) => !/^(?:MULTI|EXEC)$/.test(line)).map((line) => line.split(' '));
      const answer = await fetch(`${world.stack.urls.redis}/multi-exec`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.stack.env.redis.token}` },
        body: JSON.stringify(commands),
      });
      const results = (await answer.json()) as Array<{ error?: string }>;
      expect(
        results.map(({ error }) => error),
        placeOf(block),
      ).toEqual(commands.map(() => undefined));
    }
  });
});
