import { afterEach, describe, expect, it } from 'vitest';
import { answerInProcess } from './in-process.ts';
import { listen } from './listen.ts';

const undone: Array<() => void | Promise<void>> = [];

afterEach(async () => {
  for (const undo of undone.splice(0)) await undo();
});

describe('answerInProcess', () => {
  it('answers requests to its origin without a socket, whatever they are written as', async () => {
    const origin = 'http://127.0.0.1:1';
    undone.push(
      answerInProcess(origin, async (request) =>
        Response.json([request.method, new URL(request.url).pathname, await request.text()]),
      ),
    );
    const answers = [
      await fetch(`${origin}/text`, { method: 'POST', body: 'said' }),
      await fetch(new URL(`${origin}/address`)),
      await fetch(new Request(`${origin}/request`, { method: 'PUT', body: 'sent' })),
      await fetch(origin),
    ];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      ['POST', '/text', 'said'],
      ['GET', '/address', ''],
      ['PUT', '/request', 'sent'],
      ['GET', '/', ''],
    ]);
  });

  it('leaves other origins to their sockets', async () => {
    const server = await listen(async () => new Response('by socket'), { port: 0 });
    undone.push(
      server.close,
      answerInProcess('http://127.0.0.1:1', async () => new Response('in process')),
    );
    expect(await (await fetch(server.url)).text()).toBe('by socket');
  });

  it('tells at once whoever gives up, before the call and during it', async () => {
    const origin = 'http://127.0.0.1:1';
    undone.push(answerInProcess(origin, () => new Promise(() => {})));
    const controller = new AbortController();
    const asked = fetch(origin, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await expect(fetch(origin, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('gives back the fetch it found, once the last origin is gone', async () => {
    const found = globalThis.fetch;
    const undo = ['http://127.0.0.1:1', 'http://127.0.0.1:2'].map((origin) =>
      answerInProcess(origin, async () => new Response(origin)),
    );
    undo[0]?.();
    expect(await (await fetch('http://127.0.0.1:2')).text()).toBe('http://127.0.0.1:2');
    undo[1]?.();
    expect(globalThis.fetch).toBe(found);
  });

  it('does not take an origin from whoever has taken it since', async () => {
    const undoFirst = answerInProcess('http://127.0.0.1:1', async () => new Response('first'));
    undone.push(answerInProcess('http://127.0.0.1:1', async () => new Response('second')));
    undoFirst();
    expect(await (await fetch('http://127.0.0.1:1')).text()).toBe('second');
  });
});
