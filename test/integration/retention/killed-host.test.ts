import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cron } from 'croner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { devVariables } from '../../../src/dev/environment.ts';
import { type Stack, startStack } from '../../../src/dev/stack.ts';
import { openProject } from '../../../src/project/index.ts';
import { createState, type RunRecord, type State } from '../../../src/state/index.ts';
import { workflows } from '../../../workflows/index.ts';
import { freePort } from '../../servers/free-port.ts';
import { type KillableHost, startFunctionHost } from './killable-host.ts';
import { MANY_USERS, type ManyUsers, type ManyUsersServer } from './many-users.ts';

/**
 * The loop of the NestJS seed over many users, while the process of the functions is killed at random moments. The long form:
 * `AUDIENCE=1000000 KILLS=50 npx vitest run test/integration/retention/killed-host.test.ts`
 */
const users = Number(process.env.AUDIENCE ?? 20_000);
const kills = Number(process.env.KILLS ?? 4);
/** One user in ten has been away for more than a week. */
const dormant = users / 10;
/** Where no kill falls, so that the memory of one process can be watched. */
const quietFrom = dormant / 2;
const isLong = users > 100_000;

const cron = new Cron('0 9 * * *', { timezone: 'UTC', paused: true });
/** Shorter than the pause before the first attempt after a failure: the process is there again when the next attempt comes. */
const STEP_MS = 5_000;
const MOST_STEPS = 10_000;

const say = (text: string): void => {
  if (isLong) console.info(text);
};
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;

for (const [kind, server] of Object.entries(MANY_USERS)) {
  const isThere = server.isThere(`a pass on ${kind} whose process is killed`);
  describe.skipIf(!isThere)(`a pass over ${users} users on ${kind}`, () => describePass(kind, server));
}

function describePass(kind: string, { start, configIn }: ManyUsersServer): void {
  const folder = mkdtempSync(join(tmpdir(), 'skene-pass-'));
  let database: ManyUsers;
  let stack: Stack;
  let state: State;
  let host: KillableHost;
  const memory: Array<{ rss: number; mailed: number }> = [];
  const mailed = new Map<string, number>();
  let count = 0;
  let killed = 0;
  let moments: number[] = [];

  beforeAll(async () => {
    database = await start(users);
    const { url: databaseUrl } = database;
    const { project } = await openProject({ file: configIn(folder) });
    if (project === undefined) throw new Error('The loop is not right.');
    const port = await freePort();
    stack = await startStack({
      project,
      workflows,
      ports: { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 },
      log: () => ({ report() {}, email() {}, note() {}, problem() {} }),
      frozen: true,
      databaseUrl,
      variables: { SKENE_URL: `http://127.0.0.1:${port}` },
    });
    state = createState({ ...stack.env.redis, namespace: stack.env.namespace });
    const variables = {
      ...devVariables({ ...stack.urls, functions: `http://127.0.0.1:${port}` }),
      DATABASE_URL: databaseUrl,
      SKENE_RESEND_RATE: '1000',
    };
    host = startFunctionHost({ deployment: project.deployment, variables, port }, stack.clock.now(), (rss) =>
      memory.push({ rss, mailed: count }),
    );
    moments = Array.from({ length: kills }, () => Math.random() * quietFrom).sort((a, b) => a - b);
    stack.inbox.onEmail(({ to }) => {
      count += 1;
      for (const address of to) mailed.set(address, (mailed.get(address) ?? 0) + 1);
      if (count > (moments[0] ?? Infinity)) {
        moments.shift();
        // Anywhere in what is done for a page: it is claimed, sent, settled, and the next is read.
        setTimeout(() => void kill(), Math.random() * 60);
      }
    });
  }, 300_000);

  afterAll(async () => {
    await host?.stop();
    await stack?.close();
    await database?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function kill(): Promise<void> {
    await host.kill();
    killed += 1;
  }

  /** Lets the next tick come, and its pass go on until it is over. */
  async function tick(): Promise<RunRecord[]> {
    const { clock } = stack;
    const due = cron.nextRun(new Date(clock.now()))?.getTime() ?? 0;
    await host.setTime(due);
    await clock.advance(due - clock.now());
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const runs = (await state.runLog.list(1_000)).filter(({ startedAt }) => startedAt >= due);
      if (runs.some(({ facts }) => facts.some(({ outcome }) => outcome === 'done'))) return runs;
      await host.ready();
      await clock.advance(STEP_MS);
    }
    throw new Error('The pass did not come to its end.');
  }

  it(`mails each of ${dormant} once, though the process is killed ${kills} times`, async () => {
    const startedAt = performance.now();
    const runs = await tick();
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(killed).toBe(kills);
    expect(mailed.size).toBe(dormant);
    expect([...mailed].filter(([, times]) => times !== 1)).toEqual([]);
    expect(runs.flatMap(({ facts }) => facts).at(-1)?.outcome).toBeDefined();
    const { billed } = stack.qstash.stats;
    expect(billed / dormant).toBeLessThanOrEqual(0.03);
    const failures = runs.filter(({ facts }) => facts.some(({ outcome }) => outcome === 'failed')).length;
    say(
      `${kind}: ${dormant} emails in ${seconds.toFixed(0)} s, ${killed} kills, ${runs.length} runs (${failures} given up and taken over)`,
    );
    say(`${billed} billed messages: ${(billed / dormant).toFixed(5)} per recipient`);
  }, 3_600_000);

  it('does so with memory that does not grow', () => {
    const settled = memory.filter(({ mailed: at }) => at > quietFrom && at < dormant);
    const half = settled.slice(0, settled.length / 2);
    const [early, late] = [half, settled.slice(settled.length / 2)].map((samples) =>
      Math.max(...samples.map(({ rss }) => rss)),
    );
    const peak = Math.max(...memory.map(({ rss }) => rss));
    say(
      `memory of the process: ${megabytes(early ?? 0)} at most in the third quarter, ${megabytes(late ?? 0)} in the last; peak ${megabytes(peak)}`,
    );
    expect(peak).toBeLessThan(400 * 1024 ** 2);
    if (isLong) expect(late).toBeLessThan((early ?? 0) + 50 * 1024 ** 2);
  });

  it('sends nothing at the next tick', async () => {
    const before = stack.qstash.stats.billed;
    const runs = await tick();
    expect(count).toBe(dormant);
    expect(runs.flatMap(({ facts }) => facts).find(({ outcome }) => outcome === 'done')?.detail).toEqual({
      skipped: dormant,
    });
    say(`the next tick: no email, ${stack.qstash.stats.billed - before} billed messages`);
  }, 3_600_000);
}
