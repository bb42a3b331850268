import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DevProcess, startDev } from './dev-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A template whose greeting is kept in a hook, so that it works only beside the same React that renders it. */
const component = (greeting: string) => `
  import { Html, Link, Text } from '@react-email/components';
  import { useState } from 'react';
  export const subject = 'Hello {{ name }}';
  export default function Welcome({ name, activationLink }: { name: string; activationLink: string }) {
    const [greeting] = useState('${greeting}');
    return <Html><Text>{greeting}, {name}!</Text><Link href={activationLink}>Begin</Link></Html>;
  }`;

let folder: string;
let dev: DevProcess;
let database: string;
let inbox: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skene-templates-'));
  cpSync(join(root, 'skene.config.ts'), join(folder, 'skene.config.ts'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'emails'));
});
afterEach(async () => {
  await dev.kill();
  rmSync(folder, { recursive: true, force: true });
});

const template = (name: string, text: string) => writeFileSync(join(folder, 'emails', name), text);

async function start(): Promise<void> {
  dev = startDev(folder);
  inbox = (await dev.line(/^ +inbox +(\S+)$/m))[1] ?? '';
  database = (await dev.line(/^ +database +(\S+)$/m))[1] ?? '';
  await dev.line(/^ +loops +activation$/m);
}

/** Signs somebody up who creates a project at once, and answers with the email. */
async function welcome(
  name: string,
  address = `${name}@example.com`,
): Promise<{ subject: string; html: string; text: string }> {
  const client = new pg.Client(database);
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    `insert into users (email, name, activation_link) values ($1, $2, 'https://example.com/start') returning id`,
    [address, name],
  );
  await client.query(`insert into user_actions (user_id, action_type) values ($1, 'first_project_created')`, [
    rows[0]?.id,
  ]);
  await client.end();
  const [, id] = await dev.line(new RegExp(`to ${address} +\\S+/([0-9a-f-]{36})`));
  const answer = await fetch(`${inbox}/emails/${id}`, {
    headers: { authorization: 'Bearer re_dev', accept: 'application/json' },
  });
  return (await answer.json()) as { subject: string; html: string; text: string };
}

describe('skene dev', () => {
  it('sends a React Email template, reads it again when it is saved, and goes on with the last right one', async () => {
    template('activation_welcome.tsx', component('Good to see you'));
    await start();
    const ada = await welcome('ada');
    expect(ada.subject).toBe('Hello ada');
    expect(ada.text).toMatch(/^Good to see you, ada!\s+Begin https:\/\/example\.com\/start/);
    expect(ada.html).toContain('href="https://example.com/start"');

    template('activation_welcome.tsx', component('Come in'));
    await dev.line(/were read again/);
    expect((await welcome('bob')).text).toMatch(/^Come in, bob!/);

    template('activation_welcome.tsx', 'export default function Welcome( {');
    await dev.line(/activation_welcome\.tsx:1:\d+ error template_syntax\s+The component cannot be loaded: /);
    expect((await welcome('cyd')).text).toMatch(/^Come in, cyd!/);
  });

  it.each([
    [
      'md',
      '---\nsubject: Hello {{ name }}\n---\n# Welcome, {{ name }}\n\n[Begin]({{ activationLink }})',
      /<h1[^>]*>Welcome, &lt;ada&gt;<\/h1>/,
    ],
    [
      'html',
      '<title>Hello {{ name }}</title><p>Welcome, {{ name }}</p><a href="{{ activationLink }}">Begin</a>',
      /<p>Welcome, &lt;ada&gt;<\/p>/,
    ],
    [
      'txt',
      '---\nsubject: Hello {{ name }}\n---\nWelcome, {{ name }}\n{{ activationLink }}',
      /Welcome, &lt;ada&gt;/,
    ],
  ])('sends a Liquid template in .%s, with what a person wrote escaped', async (format, text, html) => {
    template(`activation_welcome.${format}`, text);
    await start();
    const email = await welcome('<ada>', 'ada@example.com');
    expect(email.subject).toBe('Hello <ada>');
    expect(email.html).toMatch(html);
    expect(email.text).toContain('Welcome, <ada>');
    expect(email.text).toContain('https://example.com/start');
  });
});
