import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { atTerminal, KEYS } from '../commands/terminal.ts';
import { activation } from '../loops/activation.ts';

let world: World;
let home: string;
let folder: string;
beforeAll(async () => {
  world = await createWorld({ config: activation });
});
afterAll(() => world.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skene-home-'));
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'skene-project-')));
  vi.spyOn(process, 'cwd').mockImplementation(() => folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const made of [home, folder]) rmSync(made, { recursive: true, force: true });
});

interface Ended {
  code: number;
  out: string;
  note: string;
}

/** Runs a command in the folder, where the environment says nothing but this. */
async function skene(args: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  const written = { out: '', note: '' };
  const terminal = createTerminal({
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.note += text) },
    env: {},
  });
  for (const [name, value] of Object.entries({ XDG_CONFIG_HOME: home, ...variables }))
    vi.stubEnv(name, value);
  try {
    return { code: await run(args, { terminal, version: '0.0.0' }), ...written };
  } finally {
    vi.unstubAllEnvs();
  }
}
const login = (url: string, token = DEV_SECRET) => skene(['login', url], { SKENE_TOKEN: token });
const kept = () => join(home, 'skene/credentials.json');

describe('skene login', () => {
  it('asks the deployment whether it takes the token, tells how it is, and keeps the token for nobody else to read', async () => {
    const { code, out, note } = await login(world.stack.urls.functions);
    expect({ code, note }).toEqual({ code: 0, note: '' });
    const url = `${world.stack.urls.functions}/api`;
    expect(out).toContain(`${folder} is linked to ${url} (production; loops: welcome).`);
    expect(out).toMatch(/^ok {7}longest wait +5m; every plan of Upstash waits that long$/m);
    expect(out).toMatch(/^ok {7}signing keys +the current and the next one are set$/m);
    expect(out).toMatch(/^ok {7}sender +.*example.com is verified at Resend$/m);
    expect(out).toMatch(/^ok {7}database +answers$/m);
    expect(out).not.toContain(DEV_SECRET);
    expect(JSON.parse(readFileSync(kept(), 'utf8'))).toMatchObject({
      deployments: { [url]: { token: DEV_SECRET } },
      projects: { [folder]: url },
    });
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'skene')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(home, 'skene'))).toEqual(['credentials.json']);
  });

  it('tightens what somebody has opened to others', async () => {
    await login(world.stack.urls.functions);
    chmodSync(kept(), 0o644);
    chmodSync(join(home, 'skene'), 0o755);
    await login(world.stack.urls.functions);
    expect([kept(), join(home, 'skene')].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
  });

  it('answers with one JSON document, without the token', async () => {
    const { code, out } = await skene(['login', world.stack.urls.functions, '--json'], {
      SKENE_TOKEN: DEV_SECRET,
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ folder, namespace: 'production', loops: ['welcome'] });
    expect(JSON.parse(out).findings).toContainEqual({ name: 'secret', state: 'ok', detail: 'set' });
    expect(out).not.toContain(DEV_SECRET);
  });

  it('reads the token from standard input', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(
      Readable.from([`${DEV_SECRET}\n`]) as unknown as typeof process.stdin,
    );
    expect(await skene(['login', world.stack.urls.functions, '--token-stdin'])).toMatchObject({ code: 0 });
  });

  // `script` takes other arguments where it is not of util-linux.
  it.skipIf(process.platform !== 'linux')(
    'asks for the token at a terminal, and shows none of it',
    async () => {
      const session = atTerminal(['login', world.stack.urls.functions], {
        cwd: folder,
        env: { XDG_CONFIG_HOME: home },
      });
      await session.answer('The SKENE_SECRET of', DEV_SECRET, KEYS.enter);
      expect(await session.ended, session.screen()).toBe(0);
      expect(session.screen()).toContain(`${folder} is linked to ${world.stack.urls.functions}/api`);
      expect(session.screen()).not.toContain(DEV_SECRET);
      expect(readFileSync(kept(), 'utf8')).toContain(DEV_SECRET);
    },
  );

  it('asks nobody in a pipe', async () => {
    expect(await skene(['login', world.stack.urls.functions])).toMatchObject({
      code: 2,
      out: '',
      note: expect.stringContaining('Set SKENE_TOKEN'),
    });
  });
});

describe('what skene login refuses', () => {
  let server: Listening;
  let answer: () => Response;
  const asked: Array<string | null> = [];
  beforeAll(async () => {
    server = await listen(
      async (request) => {
        asked.push(`${new URL(request.url).pathname} ${request.headers.get('authorization')}`);
        return answer();
      },
      { port: 0 },
    );
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(() => server.close());

  it.each([
    ['http://app.example.com', 'the secret would travel in clear'],
    ['ftp://app.example.com', 'is not an address on the web'],
    ['https://ada:secret@app.example.com', 'a name or a password'],
    ['https://', 'is not an address'],
  ])('the address %s', async (url, reason) => {
    expect(await login(url)).toMatchObject({ code: 2, out: '', note: expect.stringContaining(reason) });
  });

  it('a token that the deployment does not take, or that is none', async () => {
    expect(await login(world.stack.urls.functions, 'another-secret-of-some')).toMatchObject({
      code: 1,
      note: expect.stringContaining('refuses this token'),
    });
    expect(await login(world.stack.urls.functions, ' ')).toMatchObject({ code: 2 });
    expect(await login(world.stack.urls.functions, 'one\r\nHost: other')).toMatchObject({ code: 2 });
    expect(readdirSync(home)).toEqual([]);
  });

  it('an address where nobody answers', async () => {
    const gone = await listen(async () => new Response(), { port: 0 });
    await gone.close();
    expect(await login(gone.url)).toMatchObject({
      code: 1,
      note: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    });
  });

  it.each<[string, () => Response, string]>([
    ['another application', () => new Response('<html>', { status: 200 }), 'does not answer as Skene does'],
    ['one that has no such page', () => new Response('', { status: 404 }), 'does not answer as Skene does'],
    [
      'an older Skene, which says no more than before',
      () => Response.json({ status: 'ok', loops: 1, secret: 'ok' }),
      'a version of Skene that cannot tell',
    ],
    [
      'one without a secret',
      () => Response.json({ code: 'ENV_MISSING', detail: 'SKENE_SECRET is not set.' }, { status: 500 }),
      'SKENE_SECRET is not set',
    ],
    ['one that fails', () => new Response('', { status: 502 }), 'answered 502'],
    ["Vercel's protection", () => new Response('<html>', { status: 401 }), 'VERCEL_AUTOMATION_BYPASS_SECRET'],
  ])('%s, each by its own reason', async (_, respond, reason) => {
    answer = respond;
    expect(await login(server.url)).toMatchObject({
      code: 1,
      out: '',
      note: expect.stringContaining(reason),
    });
  });

  it('to follow where the address leads: the token is for nobody else', async () => {
    answer = () => Response.redirect(`${world.stack.urls.functions}/api/health`, 307);
    expect(await login(`${server.url}/app`)).toMatchObject({
      code: 1,
      note: expect.stringContaining(`leads to ${world.stack.urls.functions}`),
    });
    expect(asked).toEqual([`/app/health Bearer ${DEV_SECRET}`]);
  });

  it('a file that it has not written', async () => {
    mkdirSync(join(home, 'skene'));
    writeFileSync(kept(), '{"token":');
    expect(await login(world.stack.urls.functions)).toMatchObject({
      code: 1,
      note: expect.stringContaining('Remove it, and log in again'),
    });
  });

  it('nothing that is mounted elsewhere: /api and /api/skene are tried, a path is taken as it is', async () => {
    answer = () => new Response('', { status: 404 });
    await login(server.url);
    await login(`${server.url}/growth/`);
    expect(asked.map((one) => one?.split(' ')[0])).toEqual([
      '/api/health',
      '/api/skene/health',
      '/growth/health',
    ]);
  });
});

describe('a folder that is linked', () => {
  it('is known to whoami, and from the folders below it', async () => {
    expect(await skene(['whoami'])).toMatchObject({
      code: 2,
      note: expect.stringContaining('not linked to a deployment'),
    });
    await login(world.stack.urls.functions);
    const linked = folder;
    folder = join(folder, 'src');
    mkdirSync(folder);
    const { code, out } = await skene(['whoami']);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining(`takes the token of ${linked}`),
    });
    expect(JSON.parse((await skene(['whoami', '--json'])).out)).toMatchObject({
      url: `${world.stack.urls.functions}/api`,
      loops: ['welcome'],
    });
    folder = linked;
  });

  it('is told by whoami when the deployment has another secret now', async () => {
    await login(world.stack.urls.functions);
    const text = readFileSync(kept(), 'utf8');
    writeFileSync(kept(), text.replace(DEV_SECRET, 'an earlier secret'));
    expect(await skene(['whoami'])).toMatchObject({ code: 1, note: expect.stringContaining('refuses') });
  });

  it('has what its deployment says of itself with skene doctor --deployed', async () => {
    await login(world.stack.urls.functions);
    const { code, out } = await skene(['doctor', '--deployed', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ name: 'triggers', state: 'ok' }));
  });

  it('sends its events without an address or a secret in the environment', async () => {
    await login(world.stack.urls.functions);
    const { code, out } = await skene(['events', 'send', 'app', 'project.created', '--subject', '7']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'project.created was taken: 0 runs started, 0 known before.\n',
    });
  });

  it('keeps its secret from another address that the environment names', async () => {
    await login(world.stack.urls.functions);
    const sent = await skene(['events', 'send', 'app', 'project.created'], {
      SKENE_URL: 'https://other.example.com',
    });
    expect(sent).toMatchObject({ code: 1, note: expect.stringContaining('SKENE_SECRET is not set') });
  });

  it('is forgotten by skene logout, with its token', async () => {
    await login(world.stack.urls.functions);
    expect(await skene(['logout'])).toMatchObject({ code: 0, out: expect.stringContaining(folder) });
    expect(readFileSync(kept(), 'utf8')).not.toContain(DEV_SECRET);
    expect(await skene(['whoami'])).toMatchObject({ code: 2 });
    expect(await skene(['logout'])).toMatchObject({ code: 2 });
    await login(world.stack.urls.functions);
    const byAddress = await skene(['logout', world.stack.urls.functions, '--json']);
    expect(JSON.parse(byAddress.out)).toMatchObject({ folders: [folder] });
  });
});
