import { describe, expect, it } from 'vitest';
import type { Database } from '../databases/index.ts';
import { createOutages } from './outages.ts';

const to = (path: string) => new Request(`http://127.0.0.1:3000/api/${path}`, { method: 'POST' });
const answered = async () => new Response('ok');

describe('outages', () => {
  it('are found by as many calls as were told, and by none that only looks', async () => {
    const outages = createOutages();
    const functions = outages.around(answered);
    outages.add('functions', 2);
    const paths = ['dashboard', 'events', 'health', 'workflows/v1/activation', 'events'];
    const statuses: number[] = [];
    for (const path of paths) statuses.push((await functions(to(path))).status);
    expect(statuses).toEqual([200, 500, 200, 500, 200]);
    expect(outages.left('functions')).toBe(0);
  });

  it('last for one call, and are over after it, also when it breaks', async () => {
    const outages = createOutages();
    const redis = outages.before('redis', answered);
    const statuses: number[] = [];
    const functions = outages.around(async (request) => {
      statuses.push((await redis(request)).status);
      throw new Error('broken');
    });
    outages.add('redis', 1);
    for (let call = 0; call < 2; call++) await expect(functions(to('events'))).rejects.toThrow('broken');
    expect(statuses).toEqual([503, 200]);
  });

  it('keep a database from answering, not from being closed', async () => {
    const outages = createOutages();
    const log: string[] = [];
    const found = { id: 1 };
    const database = outages.beforeDatabase({
      kind: 'postgres',
      find: async () => found,
      close: async () => void log.push('closed'),
    } as Partial<Database> as Database);
    const functions = outages.around(async () => {
      await database.close();
      return Response.json(await database.find('users', 'id', 1));
    });
    outages.add('database', 1);
    await expect(functions(to('events'))).rejects.toThrow('told to be away');
    expect(await (await functions(to('events'))).json()).toEqual(found);
    expect([database.kind, ...log]).toEqual(['postgres', 'closed', 'closed']);
  });

  it('that have not come yet can be taken back', async () => {
    const outages = createOutages();
    outages.add('functions', 3);
    outages.clear();
    expect((await outages.around(answered)(to('events'))).status).toBe(200);
  });
});
