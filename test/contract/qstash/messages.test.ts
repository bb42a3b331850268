import { Receiver } from '@upstash/qstash';
import { describe, expect, it } from 'vitest';

import { openStack } from './local-stack.ts';

const MINUTE_MS = 60_000;

describe('publishing', () => {
  it("delivers method, headers and body with a signature that the vendors' receiver accepts", async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const { messageId } = await stack.client.publishJSON({
      url: `${url}?a=1&b=c d`,
      method: 'PUT',
      body: { text: 'ü' },
      headers: { 'x-mine': 'yes' },
      label: 'l1',
    });
    await stack.qstash.idle();
    const [seen] = stack.seen;
    expect(seen).toMatchObject({ method: 'PUT', path: '/in?a=1&b=c%20d', body: '{"text":"ü"}' });
    expect(Object.fromEntries(seen?.headers ?? [])).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Upstash-QStash',
      'x-mine': 'yes',
      'upstash-message-id': messageId,
      'upstash-retried': '0',
      'upstash-label': 'l1',
    });
    const signature = seen?.headers.get('upstash-signature') ?? '';
    const claims = { signature, body: seen?.body ?? '', url: `${url}?a=1&b=c%20d` };
    expect(await stack.receiver.verify(claims)).toBe(true);
    await expect(stack.receiver.verify({ ...claims, body: 'forged' })).rejects.toThrow();
    await expect(stack.client.messages.get(messageId)).rejects.toThrow(/not found/);
  });

  it('after the keys were rotated, a receiver that knows the old pair still accepts', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const keys = (await (await stack.call('POST', '/v2/keys/rotate')).json()) as {
      current: string;
      next: string;
    };
    expect(keys.current).toBe('sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs');
    await stack.client.publish({ url, body: 'b' });
    await stack.qstash.idle();
    const signature = stack.seen[0]?.headers.get('upstash-signature') ?? '';
    expect(await stack.receiver.verify({ signature, body: 'b' })).toBe(true);
    const rotated = await (await stack.call('POST', '/v2/keys/rotate')).json();
    expect(rotated).toEqual({ current: keys.next, next: expect.stringMatching(/^sig_/) });
    expect(await (await stack.call('GET', '/v2/keys')).json()).toEqual(rotated);
    await stack.client.publish({ url, body: 'b' });
    await stack.qstash.idle();
    const later = stack.seen[1]?.headers.get('upstash-signature') ?? '';
    await expect(stack.receiver.verify({ signature: later, body: 'b' })).rejects.toThrow();
    const rekeyed = new Receiver({ currentSigningKey: keys.current, nextSigningKey: keys.next });
    expect(await rekeyed.verify({ signature: later, body: 'b' })).toBe(true);
  });

  it('bodies that are not text arrive byte for byte', async () => {
    const stack = await openStack();
    let received = Buffer.alloc(0);
    const url = stack.route('/in', async (request) => {
      received = Buffer.from(await request.arrayBuffer());
      return new Response('ok');
    });
    const bytes = Buffer.from([0, 255, 128, 10]);
    await stack.client.publish({ url, body: new Blob([bytes]) });
    await stack.qstash.idle();
    expect(received).toEqual(bytes);
  });

  it('waits for a delay and for not-before, which wins', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    await stack.client.publish({ url, delay: '90m' });
    const notBefore = stack.clock.now() / 1000 + 60;
    const { messageId } = await stack.client.publish({ url, delay: '1h', notBefore });
    expect(await stack.client.messages.get(messageId)).toMatchObject({ notBefore: notBefore * 1000, url });
    await stack.qstash.idle();
    await stack.clock.advance(MINUTE_MS - 1);
    expect(stack.seen).toHaveLength(0);
    await stack.clock.advance(1);
    expect(stack.seen).toHaveLength(1);
    await stack.clock.advance(89 * MINUTE_MS);
    expect(stack.seen).toHaveLength(2);
  });

  it('a message is published once per deduplication id, and per content, within ten minutes', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const first = await stack.client.publish({ url, deduplicationId: 'd' });
    const second = await stack.client.publish({ url, deduplicationId: 'd' });
    expect(second).toEqual({ messageId: first.messageId, deduplicated: true });
    const again = await stack.call('POST', `/v2/publish/${url}`, {
      headers: { 'upstash-deduplication-id': 'd' },
    });
    expect(again.status).toBe(202);
    await stack.client.publishJSON({ url, body: { a: 1 }, contentBasedDeduplication: true });
    await stack.client.publishJSON({ url, body: { a: 1 }, contentBasedDeduplication: true });
    await stack.client.publishJSON({ url, body: { a: 2 }, contentBasedDeduplication: true });
    await stack.qstash.idle();
    expect(stack.seen).toHaveLength(3);
    await stack.clock.advance(10 * MINUTE_MS);
    const later = await stack.client.publish({ url, deduplicationId: 'd' });
    expect(later.messageId).not.toBe(first.messageId);
  });

  it('a batch sends what it can and puts the error of an item in its place', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const answers = await stack.client.batchJSON([
      { url, body: { n: 1 } },
      { url: 'ftp://example.com', body: { n: 2 } },
      { url, body: { n: 3 } },
    ]);
    expect(answers).toEqual([
      { messageId: expect.any(String) },
      { error: 'invalid destination url: endpoint has invalid scheme, add http:// or https://' },
      { messageId: expect.any(String) },
    ]);
    await stack.qstash.idle();
    expect(stack.seen.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":3}']);
  });

  it('a cancelled message is not delivered', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const ids: string[] = [];
    for (const label of ['a', 'b', 'b', 'c']) {
      ids.push((await stack.client.publish({ url, delay: '1m', label })).messageId);
    }
    await stack.client.messages.delete(ids[0] ?? '');
    await expect(stack.client.messages.delete(ids[0] ?? '')).rejects.toThrow(/not found/);
    expect(await stack.client.messages.cancel({ filter: { label: 'b' } })).toEqual({ cancelled: 2 });
    expect(await stack.client.messages.cancel([ids[3] ?? '', 'msg_unknown'])).toEqual({ cancelled: 1 });
    expect(stack.clock.next()).toBeUndefined();
    await stack.clock.advance(MINUTE_MS);
    expect(stack.seen).toHaveLength(0);
    const { logs } = await stack.client.logs({ filter: { messageId: ids[3] ?? '' } });
    expect(logs.map(({ state }) => state)).toEqual(['CANCELED', 'CANCEL_REQUESTED', 'CREATED']);
  });

  it('redacted fields are delivered but not shown', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const { messageId } = await stack.client.publish({
      url,
      body: 'secret',
      delay: '1m',
      headers: { authorization: 'Bearer s', 'x-open': 'o' },
      redact: { body: true, header: ['Authorization'] },
    });
    const shown = JSON.stringify(await stack.client.messages.get(messageId));
    expect(shown).toContain('REDACTED:');
    expect(shown).toContain('"X-Open":["o"]');
    expect(shown).not.toMatch(/secret|Bearer s/);
    await stack.clock.advance(MINUTE_MS);
    expect(stack.seen[0]?.body).toBe('secret');
    expect(stack.seen[0]?.headers.get('authorization')).toBe('Bearer s');
  });
});

describe('logs', () => {
  it('are filtered by state, label and time, and come in pages', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    const start = stack.clock.now();
    for (const label of ['a', 'b', 'a']) {
      await stack.client.publish({ url, label });
      await stack.qstash.idle();
      await stack.clock.advance(1000);
    }
    const times = async (filter: object) =>
      (await stack.client.logs({ filter })).logs.map(({ time }) => time - start);
    expect(await times({ state: 'DELIVERED', label: 'a' })).toEqual([2000, 0]);
    expect(await times({ state: 'CREATED', fromDate: start + 1000 })).toEqual([2000, 1000]);
    expect(await times({ state: 'CREATED', toDate: start })).toEqual([0]);
    const first = await stack.client.logs({ count: 5 });
    const second = await stack.client.logs({ count: 5, cursor: first.cursor ?? '' });
    expect([...first.logs, ...second.logs].map(({ state }) => state)).toEqual(
      [1, 2, 3].flatMap(() => ['DELIVERED', 'ACTIVE', 'CREATED']),
    );
    expect(second.cursor).toBeUndefined();
  });
});

describe('retries, callbacks and dead letters', () => {
  it('every attempt has a callback; the last has a failure callback and a dead letter', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('broken', { status: 503 }));
    const callback = stack.route('/callback', () => new Response('ok'));
    const failureCallback = stack.route('/failed', () => new Response('ok'));
    const { messageId } = await stack.client.publish({
      url,
      body: 'b',
      retries: 2,
      retryDelay: '1000 * pow(2, retried)',
      callback,
      failureCallback,
    });
    await stack.qstash.idle();
    await stack.clock.advance(999);
    expect(stack.seen.filter(({ path }) => path === '/in')).toHaveLength(1);
    await stack.clock.advance(1 + 2000);
    const callbacks = stack.seen
      .filter(({ path }) => path === '/callback')
      .map(({ body }) => JSON.parse(body));
    expect(callbacks.map(({ retried }) => retried)).toEqual([0, 1, 2]);
    expect(callbacks[0]).toMatchObject({
      status: 503,
      body: btoa('broken'),
      maxRetries: 2,
      sourceMessageId: messageId,
      sourceBody: btoa('b'),
      url,
      method: 'POST',
    });
    const [failed] = stack.seen.filter(({ path }) => path === '/failed').map(({ body }) => JSON.parse(body));
    const { messages } = await stack.client.dlq.listMessages();
    expect(messages).toMatchObject([
      { messageId, responseStatus: 503, responseBody: 'broken', body: 'b', maxRetries: 2 },
    ]);
    expect(failed.dlqId).toBe(messages[0]?.dlqId);
    expect(stack.qstash.stats.billed).toBe(3 + 3 + 1);
    const { logs } = await stack.client.logs({ filter: { messageId, state: 'RETRY' } });
    expect(logs).toHaveLength(2);
  });

  it('a dead letter is retried or deleted', async () => {
    const stack = await openStack();
    let broken = true;
    const url = stack.route('/in', () => new Response('', { status: broken ? 500 : 200 }));
    for (const label of ['a', 'b', 'c']) await stack.client.publish({ url, body: label, label, retries: 0 });
    await stack.qstash.idle();
    const first = await stack.client.dlq.listMessages({ count: 2 });
    const second = await stack.client.dlq.listMessages({
      count: 2,
      ...(first.cursor ? { cursor: first.cursor } : {}),
    });
    expect([...first.messages, ...second.messages].map(({ label }) => label)).toEqual(['c', 'b', 'a']);
    expect(second.cursor).toBeUndefined();
    broken = false;
    stack.seen.length = 0;
    const { responses } = await stack.client.dlq.retry({ filter: { label: 'a' } });
    expect(responses).toHaveLength(1);
    await stack.qstash.idle();
    expect(stack.seen.map(({ body }) => body)).toEqual(['a']);
    await stack.client.dlq.delete(first.messages[0]?.dlqId ?? '');
    await expect(stack.client.dlq.delete('dlq_unknown')).rejects.toThrow(/not found/);
    expect(await stack.client.dlq.delete({ all: true, count: 1 })).toMatchObject({ deleted: 1 });
    expect((await stack.client.dlq.listMessages()).messages).toEqual([]);
  });

  it('a redirect is not followed, and an answer that takes too long is none', async () => {
    const stack = await openStack();
    const target = stack.route('/target', () => new Response('ok'));
    const moved = stack.route('/moved', () => Response.redirect(target, 302));
    const slow = stack.route('/slow', () => new Promise<Response>(() => {}));
    await stack.client.publish({ url: moved, retries: 0 });
    await stack.client.publish({ url: slow, retries: 0, timeout: 1 });
    await stack.qstash.idle();
    expect(stack.seen.map(({ path }) => path).sort()).toEqual(['/moved', '/slow']);
    expect(stack.deliveries.find(({ url }) => url === slow)?.error).toMatch(/timeout/i);
    const { messages } = await stack.client.dlq.listMessages();
    expect(messages.map(({ responseStatus }) => responseStatus).sort()).toEqual([0, 302]);
  });

  it('status 489 with its header is final', async () => {
    const stack = await openStack();
    const headers = { 'upstash-nonretryable-error': 'true' };
    const url = stack.route('/in', () => new Response('', { status: 489, headers }));
    await stack.client.publish({ url, retries: 5 });
    await stack.qstash.idle();
    expect((await stack.client.dlq.listMessages()).messages).toHaveLength(1);
  });
});

describe('access and what is left out', () => {
  it('refuses requests without the token and writes with the read-only token', async () => {
    const stack = await openStack({ readOnlyToken: 'reader' });
    expect((await fetch(`${stack.url}/v2/keys`)).status).toBe(401);
    const as = (token: string, method: string, path: string) =>
      fetch(stack.url + path, { method, headers: { authorization: `Bearer ${token}` } });
    expect((await as('wrong', 'GET', '/v2/keys')).status).toBe(401);
    expect((await as('reader', 'GET', '/v2/schedules')).status).toBe(200);
    expect((await as('reader', 'POST', '/v2/publish/http://localhost/x')).status).toBe(403);
    expect((await fetch(`${stack.url}/v2/schedules?qstash_token=reader`)).status).toBe(200);
  });

  it('queues and URL groups are refused by name, unknown paths are not found', async () => {
    const stack = await openStack();
    const url = stack.route('/in', () => new Response('ok'));
    await expect(stack.client.queue({ queueName: 'q' }).upsert({ parallelism: 1 })).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining('Queues are not available in the local QStash'),
    });
    await expect(stack.client.queue({ queueName: 'q' }).enqueue({ url })).rejects.toMatchObject({
      status: 501,
    });
    await expect(stack.client.batch([{ url, queueName: 'q' }])).rejects.toMatchObject({ status: 501 });
    await expect(stack.client.publish({ urlGroup: 'group' })).rejects.toMatchObject({ status: 501 });
    await expect(stack.client.urlGroups.list()).rejects.toMatchObject({ status: 501 });
    expect((await stack.call('GET', '/v2/nothing')).status).toBe(404);
    expect(stack.seen).toHaveLength(0);
  });

  it('refuses what is beyond the limits with 412', async () => {
    const stack = await openStack({ limits: { messageBytes: 10 } });
    const url = stack.route('/in', () => new Response('ok'));
    await expect(stack.client.publish({ url, body: 'x'.repeat(11) })).rejects.toMatchObject({ status: 412 });
    await expect(stack.client.publish({ url, retries: 1_000_000 })).rejects.toMatchObject({ status: 412 });
    await expect(stack.client.publish({ url, delay: '400d' })).rejects.toMatchObject({ status: 412 });
  });
});
