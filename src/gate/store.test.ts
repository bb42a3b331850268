import { describe, expect, it } from 'vitest';
import { createStore } from './store.ts';

/** A store before a Redis that answers when it is told to. */
function openStore({ timeoutMs = 1_000 } = {}) {
  const waiting: Array<() => void> = [];
  const requests: string[][][] = [];
  const outages: unknown[] = [];
  const fetch = ((_: unknown, { body, signal }: { body: string; signal: AbortSignal }) => {
    const commands = JSON.parse(body) as string[][];
    requests.push(commands);
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      waiting.push(() =>
        resolve(
          Response.json(
            commands.map(([name, , keys = '0']) => ({
              result: name === 'GET' ? '3' : Array.from({ length: Number(keys) / 2 }, () => '1 free'),
            })),
          ),
        ),
      );
    });
  }) as unknown as typeof globalThis.fetch;
  const redis = { url: 'http://redis.test', token: 't', fetch };
  const onOutage = (error: unknown) => void outages.push(error);
  const store = createStore({ ...redis, prefix: 'skene:test', now: () => 0, timeoutMs, onOutage });
  const run = (name = 'ada') =>
    store.run({ hash: name, hold: `${name}-hold`, rules: [], form: 't 1 1 -', text: 'n' });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    store,
    run,
    turn,
    outages,
    requests,
    async answer(): Promise<void> {
      await turn();
      for (const resolve of waiting.splice(0)) resolve();
      await turn();
      await turn();
    },
    /** How many operations went in each request. */
    sizes: () => requests.map((commands) => Number(commands.at(-1)?.[2]) / 2),
  };
}

describe('operations', () => {
  it('of one turn go in one request, and each form is said once', async () => {
    const { run, answer, sizes, requests } = openStore();
    const all = Promise.all(Array.from({ length: 10 }, () => run()));
    await answer();
    expect((await all).map(({ reply }) => reply)).toEqual(Array(10).fill(['1', 'free']));
    expect(sizes()).toEqual([10]);
    expect(requests[0]?.at(-1)?.filter((word) => word === '900000' || word === 't')).toHaveLength(1);
  });

  it('beyond four requests under way wait, and go together in the next', async () => {
    const { run, turn, answer, sizes } = openStore();
    const all: Array<Promise<unknown>> = [];
    for (let count = 0; count < 4; count += 1) {
      all.push(run());
      await turn();
    }
    for (let count = 0; count < 16; count += 1) all.push(run());
    expect(sizes()).toEqual([1, 1, 1, 1]);
    await answer();
    await answer();
    await Promise.all(all);
    expect(sizes()).toEqual([1, 1, 1, 1, 16]);
  });

  it('wait no longer than 2 ms for those under way, however far Redis is', async () => {
    const { run, turn, answer, sizes } = openStore();
    const all: Array<Promise<unknown>> = [];
    for (let count = 0; count < 4; count += 1) {
      all.push(run());
      await turn();
    }
    for (let count = 0; count < 3; count += 1) all.push(run());
    await expect.poll(sizes).toEqual([1, 1, 1, 1, 3]);
    await answer();
    await Promise.all(all);
  });

  it('are no more than 256 in a request', async () => {
    const { run, answer, sizes } = openStore();
    const all = Promise.all(Array.from({ length: 600 }, () => run()));
    await answer();
    await all;
    expect(sizes()).toEqual([256, 256, 88]);
  });

  it('come after what their subject owes, in the same request', async () => {
    const { run, answer, store, requests } = openStore();
    const heard: string[] = [];
    const operation = { hash: 'ada', hold: 'debt', rules: [], form: 'f 1 1 -', text: 'd' };
    store.owe({ operation, onPaid: () => heard.push('paid') });
    const both = [run('ada').then(() => heard.push('decided')), run('bob')];
    await answer();
    await Promise.all(both);
    expect(requests[0]?.at(-1)?.slice(3, 9)).toEqual(['ada', 'debt', 'ada', 'ada-hold', 'bob', 'bob-hold']);
    expect(heard).toEqual(['paid', 'decided']);
  });

  it('of subjects that owe much go in requests of their own', async () => {
    const { run, answer, store, sizes } = openStore();
    for (const hash of ['ada', 'bob'])
      for (let count = 0; count < 200; count += 1)
        store.owe({ operation: { hash, hold: `debt-${count}`, rules: [], form: 'f 1 1 -', text: 'd' } });
    const all = Promise.all([run('ada'), run('ada'), run('bob')]);
    await answer();
    await all;
    expect(sizes().slice(0, 2)).toEqual([202, 201]);
  });

  it('ask for the revision along with them, when it is not known', async () => {
    const { run, answer, requests, store } = openStore();
    expect(store.revision()).toBeUndefined();
    const first = run();
    await answer();
    expect((await first).revision).toBe(3);
    expect(store.revision()).toBe(3);
    const second = run();
    await answer();
    await second;
    expect(requests.map(([command]) => command?.[0])).toEqual(['GET', 'EVALSHA']);
  });

  it('that have no answer in time are told so, and those after them at once', async () => {
    const { run, outages } = openStore({ timeoutMs: 30 });
    await expect(run()).rejects.toMatchObject({ wasAsked: true });
    const startedAt = performance.now();
    await expect(run()).rejects.toMatchObject({ wasAsked: false });
    expect(performance.now() - startedAt).toBeLessThan(20);
    expect(outages).toHaveLength(1);
  });
});
