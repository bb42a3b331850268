import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCommandTree } from '../../../src/cli/completion/command-tree.ts';
import { run } from '../../../src/cli/run.ts';
import { COMMANDS } from '../../../src/cli/table.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { announceStack, DEV_SECRET } from '../../../src/dev/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium } from '../gate/freemium.ts';
import { activation } from '../loops/activation.ts';

const config = { loops: [activation, freemium(5)] };

let world: World;
let folder: string;
let withdraw: () => void;
beforeAll(async () => {
  world = await createWorld({ config });
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'skene-commands-')));
  const text = JSON.stringify(config).replace('"paid":null', '"paid":Infinity');
  writeFileSync(join(folder, 'skene.config.ts'), `export default ${text};\n`);
  withdraw = announceStack(folder, world.stack.urls);
  for (const name of ['Ada', 'Bob', 'Eve'])
    await world.signUp({ name, activation_link: 'https://example.com/start' });
  await world.sql("insert into user_actions (user_id, action_type) values (1, 'first_project_created')");
  await world.settle();
});
afterAll(async () => {
  withdraw();
  await world.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Written {
  out: string;
  note: string;
}

/** Runs a command in the folder of the stack, which it finds there: the environment says nothing. */
async function skene(words: readonly string[], written: Written = { out: '', note: '' }) {
  const terminal = createTerminal({
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.note += text) },
    env: {},
  });
  for (const [name, value] of Object.entries({ XDG_CONFIG_HOME: folder, SKENE_TOKEN: DEV_SECRET }))
    vi.stubEnv(name, value);
  try {
    return { code: await run(words, { terminal, version: '0.0.0' }), ...written };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Each command with what it is called with against the stack, and what it then prints. `&` is the folder, `$` its functions. */
const CALLS: Record<string, [words: string, printed: RegExp]> = {
  prompt: ['&', /# Growth loops/],
  schema: ['', /"\$defs"/],
  check: ['&', /skene\.config\.ts is right/],
  plan: ['&', /welcome/],
  estimate: ['& --signups 1000', /^welcome +1,000 +3,000 /m],
  clock: ['', /^It is \d{4}-.*; the next thing is due in 5m\.$/m],
  sql: ['"select name from users order by id"', /^name\nAda\nBob\nEve$/m],
  build: ['&', /^ +compiled\/index\.ts$/m],
  login: ['$', /is linked to http:\/\/127\.0\.0\.1:\d+\/api \(production; loops: welcome, freemium\)/],
  whoami: ['', /takes the token/],
  logout: ['', /^Forgotten: /],
  sync: ['& --local --yes', /^keep +users +skene_insert +it is up to date$/m],
  'runs list': ['--local', /^wfr_welcome-\S+ +1 .* ended +step-1: sent$/m],
  'runs show': ['@1 --local', /^ {2}step-1: success$/m],
  'runs cancel': ['@3 --local --yes', /was ended\.$/m],
  simulate: ['welcome --config & --local', /^ +3 would be passed over \(has been through the loop\)$/m],
  backfill: ['welcome --config & --local --yes', /^0 runs started, 3 had been before\.$/m],
  stats: ['--config & --local', /^ +entered 3 +started 3 +met 1 +sent 1/m],
  explain: ['1 --config & --local', /^welcome: Mailed \(step-1\)\.$/m],
  'gate show': ['1 --config & --local', /^freemium\/step-1 +0 +5 /m],
  'gate grant': ['1 freemium 50 --config & --local', /^freemium\/step-1 +0 +55 /m],
  'gate limit': ['2 freemium 500 --config & --local', /^freemium\/step-1 +0 +500 /m],
  'gate reconcile': ['--config & --local --check', /^Redis and the table say the same of \d+ users\.$/m],
  'events send': ['app project.created --local --subject 1', /project\.created was taken/],
  'emails list': ['--config &', /activation_welcome/],
  'emails preview': ['activation_welcome --config &', /^Subject: /m],
  'emails send-test': [
    'activation_welcome --config & --local --to me@example.com',
    /was sent to me@example\.com/,
  ],
  export: ['1 --local', /"subject": "1"/],
  erase: ['2 --local --yes', /^2 was erased/m],
  doctor: ['& --local', /^ok +triggers/m],
  completion: ['bash', /complete -o default/],
};

/** What blocks, or stands on more than a stack, is tested elsewhere. */
const ELSEWHERE: Record<string, { file: string; by: string }> = {
  init: { file: '../init/commands.test.ts', by: "skene('init'" },
  dev: { file: '../../e2e/dev-process.ts', by: "'dev', folder" },
  relay: { file: '../../e2e/relay.test.ts', by: "'relay', '.'" },
  backtest: { file: '../backtest/backtest.test.ts', by: "'backtest'" },
  'runs retry': { file: '../operations/runs.test.ts', by: "'runs', 'retry'" },
};

/** As a shell divides a line into words. */
async function wordsOf(line: string): Promise<string[]> {
  const runs = await world.runs();
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => {
    const subject = /^@(\d+)$/.exec(word)?.[1];
    if (subject !== undefined) return runs.find((one) => one.subject === subject)?.runId ?? 'wfr_none';
    return word === '&' ? folder : word === '$' ? world.stack.urls.functions : word.replaceAll('"', '');
  });
}

describe('against a local stack that runs', () => {
  it.each(Object.entries(CALLS))('skene %s', async (path, [line, printed]) => {
    const { code, out, note } = await skene([...path.split(' '), ...(await wordsOf(line))]);
    expect({ code, note }, out).toEqual({ code: 0, note: expect.not.stringContaining('error') });
    expect(out).toMatch(printed);
    expect(out, 'no colour where nobody is at a terminal').not.toContain('\u001b[');
  });

  it('skene runs tail, until it is told to stop', async () => {
    const written = { out: '', note: '' };
    const following = skene(['runs', 'tail', '--local'], written);
    await expect
      .poll(
        async () => {
          await world.signUp();
          return written.out;
        },
        { timeout: 20_000, interval: 500 },
      )
      .toMatch(/welcome for \d+ +started/);
    process.emit('SIGTERM');
    expect(await following).toMatchObject({ code: 0 });
  });
});

it('there is no command that is not called here or elsewhere', async () => {
  const terminal = createTerminal({ stdout: { write: () => {} }, stderr: { write: () => {} }, env: {} });
  const places = await readCommandTree({ terminal, commands: COMMANDS, exit: () => {} });
  const leaves = places.filter(
    ({ path, names }) => path !== '' && names.every(({ name }) => name === 'help'),
  );
  const called = [...Object.keys(CALLS), ...Object.keys(ELSEWHERE), 'runs tail'];
  expect(leaves.map(({ path }) => path).sort()).toEqual(called.sort());
  for (const { file, by } of Object.values(ELSEWHERE)) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    expect(existsSync(path) && readFileSync(path, 'utf8'), file).toContain(by);
  }
});
