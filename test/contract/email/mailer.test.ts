import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailer, type EmailMessage, type Mailer } from '../../../src/email/index.ts';
import { retryOf } from '../../../src/errors/index.ts';
import { type InboxServer, startInbox } from './inbox-server.ts';

const EMAIL: EmailMessage = {
  from: 'Acme <hi@acme.test>',
  to: 'ada@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};
const KEY = { idempotencyKey: 'run/step' };

let server: InboxServer;
let mailer: Mailer;

beforeEach(async () => {
  server = await startInbox();
  mailer = createMailer({ apiKey: 're_local', baseUrl: server.url });
});
afterEach(() => server.close());

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it was sent'),
    (error: unknown) => error,
  );

describe('the mailer', () => {
  it('sends an email with everything that belongs to it, once per key', async () => {
    const message = {
      ...EMAIL,
      to: 'Lovelace, Ada <ada@example.com>',
      replyTo: 'help@acme.test',
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      tags: { loop: 'my loop', step: 's1' },
    };
    const first = await mailer.send(message, KEY);
    expect(await mailer.send(message, KEY)).toEqual(first);
    expect(server.inbox.emails()).toMatchObject([
      {
        id: first.id,
        to: ['"Lovelace, Ada" <ada@example.com>'],
        replyTo: ['help@acme.test'],
        headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
        tags: { loop: 'my_loop', step: 's1' },
      },
    ]);
  });

  it.each([
    [{ kind: 'rate-limited', retryAfterSeconds: 7 }, 'RATE_LIMITED', { retry: 'after', seconds: 7 }],
    [{ kind: 'quota' }, 'RATE_LIMITED', { retry: 'after', seconds: expect.any(Number) }],
    [{ kind: 'error' }, 'PROVIDER_UNAVAILABLE', { retry: 'backoff' }],
    [{ kind: 'concurrent' }, 'PROVIDER_UNAVAILABLE', { retry: 'backoff' }],
    [{ kind: 'answer-lost' }, 'PROVIDER_UNAVAILABLE', { retry: 'backoff' }],
  ] as const)('tries again after %j, and then has sent one email', async (fault, code, retry) => {
    server.inbox.fail(fault);
    const error = await failureOf(mailer.send(EMAIL, KEY));
    expect(error).toMatchObject({ code });
    expect(retryOf(error)).toEqual(retry);
    const { id } = await mailer.send(EMAIL, KEY);
    expect(server.inbox.emails().map((email) => email.id)).toEqual([id]);
  });

  it('does not send again what went out with other content', async () => {
    await mailer.send(EMAIL, KEY);
    const error = await failureOf(mailer.send({ ...EMAIL, subject: 'Other' }, KEY));
    expect(error).toMatchObject({ code: 'SEND_UNKNOWN' });
    expect(retryOf(error)).toEqual({ retry: 'never' });
  });

  it('refuses what is no address before anything is sent', async () => {
    for (const wrong of [{ to: 'x' }, { from: 'Ada' }, { replyTo: 'a@b\r\nBcc: eve@example.com' }]) {
      expect(await failureOf(mailer.send({ ...EMAIL, ...wrong }, KEY))).toMatchObject({
        code: 'PROVIDER_REJECTED',
      });
    }
    expect(server.inbox.emails()).toEqual([]);
  });

  it('lets no value reach into another header', async () => {
    await mailer.send({ ...EMAIL, subject: 'Hi\r\nBcc: eve@example.com' }, KEY);
    expect(server.inbox.emails()[0]?.subject).toBe('Hi Bcc: eve@example.com');
    for (const headers of [{ 'X-A': 'a\r\nBcc: eve@example.com' }, { 'X-A\r\nBcc': 'eve@example.com' }]) {
      expect(await failureOf(mailer.send({ ...EMAIL, headers }, KEY))).toMatchObject({ code: 'INTERNAL' });
    }
  });

  it('mails nobody from a preview deployment', async () => {
    const preview = createMailer({ apiKey: 're_local', baseUrl: server.url, preview: true });
    await preview.send(EMAIL, { idempotencyKey: '1' });
    await preview.sendBatch([EMAIL, { ...EMAIL, to: 'eve@example.com' }], { idempotencyKey: '2' });
    const [ada = '', again, eve] = server.inbox.emails().flatMap(({ to }) => to);
    expect(ada).toMatch(/^delivered\+[a-z0-9]{16}@resend\.dev$/);
    expect(again).toBe(ada);
    expect(eve).not.toBe(ada);
  });

  it('sends a batch and says what became of each email', async () => {
    const messages = Array.from({ length: 100 }, (_, index) => ({
      ...EMAIL,
      to: `user${index}@example.com`,
    }));
    const results = await mailer.sendBatch(messages, KEY);
    expect(results).toEqual(server.inbox.emails().map(({ id }) => ({ id })));
    expect(server.inbox.emails().map(({ to }) => to[0])).toEqual(messages.map(({ to }) => to));
    expect(await mailer.sendBatch(messages, KEY)).toEqual(results);
    expect(server.inbox.emails()).toHaveLength(100);
  });
});

describe('the mailer, when Resend is out of reach', () => {
  it('keeps the cause of a refused connection', async () => {
    const closed = await startInbox();
    await closed.close();
    const error = await failureOf(createMailer({ apiKey: 're_x', baseUrl: closed.url }).send(EMAIL, KEY));
    expect(error).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/^Resend could not be reached: .*ECONNREFUSED/),
      cause: { cause: { code: 'ECONNREFUSED' } },
    });
  });

  it.each([
    { what: 'does not answer in time', code: 'PROVIDER_UNAVAILABLE', message: /aborted due to timeout/ },
    {
      what: 'answers 502 with a page',
      answer: { status: 502, body: '<html>' },
      code: 'PROVIDER_UNAVAILABLE',
      message: /answered 502 application_error/,
    },
    {
      what: 'answers 200 with a page',
      answer: { status: 200, body: '<html>' },
      code: 'PROVIDER_UNAVAILABLE',
      message: /did not finish its answer/,
    },
    {
      what: 'does not know the domain',
      answer: { status: 403, body: '{"name":"validation_error","message":"The domain is not verified."}' },
      code: 'PROVIDER_REJECTED',
      message: /answered 403 validation_error: The domain is not verified\./,
    },
    {
      what: 'does not know the key',
      answer: { status: 401, body: '{"name":"invalid_api_key","message":"No."}' },
      code: 'PROVIDER_REJECTED',
      message: /answered 401 invalid_api_key/,
    },
  ])('tells what it means that it $what', async ({ answer, code, message }) => {
    const resend = createServer((_request, response) => {
      if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => void resend.listen(0, '127.0.0.1', resolve));
    const { port } = resend.address() as AddressInfo;
    const options = {
      apiKey: 're_x',
      baseUrl: `http://127.0.0.1:${port}`,
      timeoutMs: answer === undefined ? 50 : 5_000,
    };
    const error = await failureOf(createMailer(options).send(EMAIL, KEY));
    resend.closeAllConnections();
    resend.close();
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
