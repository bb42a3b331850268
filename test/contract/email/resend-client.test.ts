import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resend } from 'resend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InboxServer, startInbox } from './inbox-server.ts';

const EMAIL = {
  from: 'Acme <hi@acme.test>',
  to: 'ada@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};

let server: InboxServer;
let resend: Resend;

beforeEach(async () => {
  server = await startInbox();
  resend = new Resend('re_local', { baseUrl: server.url });
});
afterEach(() => server.close());

describe("the inbox, to Resend's own client", () => {
  it('takes an email and gives it back', async () => {
    const sent = await resend.emails.send({
      ...EMAIL,
      replyTo: 'help@acme.test',
      headers: { 'List-Unsubscribe': '<https://app.example.com/u>' },
      tags: [{ name: 'loop', value: 'activation' }],
    });
    expect(sent.error).toBeNull();
    expect(server.inbox.emails()).toEqual([
      {
        id: sent.data?.id,
        at: server.clock.now(),
        from: EMAIL.from,
        to: ['ada@example.com'],
        cc: [],
        bcc: [],
        replyTo: ['help@acme.test'],
        subject: 'Hello',
        html: '<p>Hi</p>',
        text: 'Hi',
        headers: { 'List-Unsubscribe': '<https://app.example.com/u>' },
        tags: { loop: 'activation' },
      },
    ]);
    const { data } = await resend.emails.get(sent.data?.id ?? '');
    expect(data).toMatchObject({
      object: 'email',
      subject: 'Hello',
      html: '<p>Hi</p>',
      last_event: 'delivered',
    });
  });

  it('lists emails newest first, page by page', async () => {
    for (const subject of ['1', '2', '3']) await resend.emails.send({ ...EMAIL, subject });
    const first = await resend.emails.list({ limit: 2 });
    expect(first.data?.data.map(({ subject }) => subject)).toEqual(['3', '2']);
    expect(first.data?.has_more).toBe(true);
    const rest = await resend.emails.list({ limit: 2, after: first.data?.data[1]?.id ?? '' });
    expect(rest.data?.data.map(({ subject }) => subject)).toEqual(['1']);
    expect(rest.data?.has_more).toBe(false);
  });

  it('takes one email per idempotency key for a day of the clock', async () => {
    const send = () => resend.emails.send(EMAIL, { idempotencyKey: 'run/step' });
    const first = await send();
    expect((await send()).data).toEqual(first.data);
    await server.clock.advance(24 * 3_600_000 - 1);
    expect((await send()).data).toEqual(first.data);
    expect(server.inbox.emails()).toHaveLength(1);
    await server.clock.advance(1);
    expect((await send()).data?.id).not.toBe(first.data?.id);
    expect(server.inbox.emails()).toHaveLength(2);
  });

  it('refuses a key that comes back with other content, and one that is too long', async () => {
    await resend.emails.send(EMAIL, { idempotencyKey: 'k' });
    const other = await resend.emails.send({ ...EMAIL, subject: 'Other' }, { idempotencyKey: 'k' });
    expect(other.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 });
    const long = await resend.emails.send(EMAIL, { idempotencyKey: 'k'.repeat(257) });
    expect(long.error).toMatchObject({ name: 'invalid_idempotency_key', statusCode: 400 });
    expect(server.inbox.emails()).toHaveLength(1);
  });

  it.each([
    [{ ...EMAIL, from: 'nobody' }, 'validation_error'],
    [{ ...EMAIL, to: ['ada@example.com', 'x'] }, 'validation_error'],
    [{ ...EMAIL, to: Array.from({ length: 51 }, () => 'a@example.com') }, 'validation_error'],
    [{ ...EMAIL, tags: [{ name: 'a b', value: 'c' }] }, 'validation_error'],
    [{ ...EMAIL, headers: { a: 'b\r\nc: d' } }, 'validation_error'],
    [{ ...EMAIL, subject: undefined as unknown as string }, 'missing_required_field'],
    [{ from: EMAIL.from, to: EMAIL.to, subject: 'x' } as typeof EMAIL, 'missing_required_field'],
  ])('refuses an email that is wrong (%#)', async (email, name) => {
    const { error } = await resend.emails.send(email);
    expect(error).toMatchObject({ name, statusCode: 422 });
    expect(server.inbox.emails()).toEqual([]);
  });

  it('takes a batch once per key: all or nothing, or the good ones when asked to', async () => {
    const bad = { ...EMAIL, to: 'x' };
    const strict = await resend.batch.send([EMAIL, bad], { idempotencyKey: 'strict' });
    expect(strict.error?.name).toBe('validation_error');
    expect(server.inbox.emails()).toEqual([]);

    const permissive = { batchValidation: 'permissive' as const, idempotencyKey: 'b' };
    const first = await resend.batch.send([EMAIL, bad, EMAIL], permissive);
    expect(first.data?.data).toHaveLength(2);
    expect(first.data?.errors).toMatchObject([{ index: 1 }]);
    expect((await resend.batch.send([EMAIL, bad, EMAIL], permissive)).data).toEqual(first.data);
    expect(server.inbox.emails()).toHaveLength(2);

    const tooMany = await resend.batch.send(Array.from({ length: 101 }, () => EMAIL));
    expect(tooMany.error?.statusCode).toBe(422);
  });

  it('asks for a key and knows what it does not have', async () => {
    expect((await fetch(`${server.url}/emails`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await resend.emails.get('00000000-0000-0000-0000-000000000000')).error?.name).toBe('not_found');
  });

  it('fails as it is told to, and then no more', async () => {
    server.inbox.fail({ kind: 'rate-limited', retryAfterSeconds: 7 });
    server.inbox.fail({ kind: 'error' }, 2);
    const limited = await resend.emails.send(EMAIL);
    expect(limited).toMatchObject({ error: { statusCode: 429 }, headers: { 'retry-after': '7' } });
    expect((await resend.emails.send(EMAIL)).error?.statusCode).toBe(500);
    expect((await resend.emails.send(EMAIL)).error?.statusCode).toBe(500);
    expect(server.inbox.emails()).toEqual([]);
    expect((await resend.emails.send(EMAIL)).error).toBeNull();
  });

  it('keeps an email whose answer got lost, and recognises its repetition', async () => {
    server.inbox.fail({ kind: 'answer-lost' });
    const lost = await resend.emails.send(EMAIL, { idempotencyKey: 'k' });
    expect(lost.data).toBeNull();
    const again = await resend.emails.send(EMAIL, { idempotencyKey: 'k' });
    expect(again.data?.id).toBe(server.inbox.emails()[0]?.id);
    expect(server.inbox.emails()).toHaveLength(1);
  });

  it('tells listeners of each email once', async () => {
    const subjects: string[] = [];
    const stop = server.inbox.onEmail(({ subject }) => subjects.push(subject));
    await resend.emails.send(EMAIL, { idempotencyKey: 'k' });
    await resend.emails.send(EMAIL, { idempotencyKey: 'k' });
    stop();
    await resend.emails.send(EMAIL);
    expect(subjects).toEqual(['Hello']);
  });
});

describe('a restarted inbox', () => {
  it('has its emails and still knows their keys', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'skene-inbox-'));
    const journal = join(dir, 'inbox.jsonl');
    const before = await startInbox(journal);
    const sent = await new Resend('re_x', { baseUrl: before.url }).emails.send(EMAIL, {
      idempotencyKey: 'k',
    });
    await before.close();
    const after = await startInbox(journal);
    const again = await new Resend('re_x', { baseUrl: after.url }).emails.send(EMAIL, {
      idempotencyKey: 'k',
    });
    expect(again.data).toEqual(sent.data);
    expect(after.inbox.emails()).toHaveLength(1);
    await after.close();
    rmSync(dir, { recursive: true });
  });
});

describe('the pages of the inbox', () => {
  const page = async (path: string) => {
    const response = await fetch(server.url + path);
    return {
      response,
      body: await response.text(),
      policy: response.headers.get('content-security-policy') ?? '',
    };
  };

  it('list the emails and escape what is in them', async () => {
    expect((await page('/')).body).toContain('No emails yet');
    await resend.emails.send({ ...EMAIL, subject: '<script>alert(1)</script>' });
    const { body, policy } = await page('/');
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('<script>alert');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(JSON.parse((await page('/api/emails')).body)).toHaveLength(1);
  });

  it('show an email with its headers, its text, and its HTML in a sandbox', async () => {
    const { data } = await resend.emails.send({ ...EMAIL, headers: { 'X-A': '<b>' }, text: '<i>' });
    const { body } = await page(`/${data?.id}`);
    expect(body).toContain(`src="/${data?.id}/html"`);
    expect(body).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(body).toContain('<dt>X-A</dt><dd>&lt;b&gt;</dd>');
    expect(body).toContain('<pre>&lt;i&gt;</pre>');

    const html = await page(`/${data?.id}/html`);
    expect(html.body).toBe('<base target="_blank"><p>Hi</p>');
    expect(html.policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
    expect((await page('/00000000-0000-0000-0000-000000000000')).response.status).toBe(404);
  });
});
