import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEV_SECRET } from '../../src/dev/index.ts';
import { DEV_SIGNING_KEYS } from '../../src/dev/qstash/index.ts';
import { signDelivery } from '../../src/dev/qstash/signature.ts';
import { readBody } from '../../src/sources/index.ts';
import { redisText } from '../integration/webhooks/redis-text.ts';
import { clerkUser, signClerk } from '../integration/webhooks/signed.ts';
import { openTarget, type Target } from './target.ts';

const EVIL = 'evil.example';
/** Every way in which a request may claim to have been sent to somebody else. */
const FORGED = {
  host: EVIL,
  'x-forwarded-host': EVIL,
  'x-forwarded-proto': 'http',
  'x-original-host': EVIL,
  forwarded: `host=${EVIL};proto=http`,
  origin: `https://${EVIL}`,
  referer: `https://${EVIL}/`,
  'upstash-workflow-url': `https://${EVIL}/steal`,
  'upstash-workflow-callback': `https://${EVIL}/steal`,
  'upstash-callback': `https://${EVIL}/steal`,
  'upstash-failure-callback': `https://${EVIL}/steal`,
  'upstash-forward-upstash-workflow-url': `https://${EVIL}/steal`,
};

let target: Target;
beforeAll(async () => {
  target = await openTarget();
  // Upstash's handler tells of what it cannot read.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await target.close();
});

const bearer = { authorization: `Bearer ${DEV_SECRET}`, 'content-type': 'application/json' };
const event = (subject: string) =>
  JSON.stringify({
    id: `e-${subject}`,
    source: '/abuse',
    type: 'project.exported',
    subject,
    data: { name: 'Ada' },
  });

describe('an address that a request claims', () => {
  it('is not where a run calls back, and not where its links lead', async () => {
    const { world, functions, send } = target;
    const { email, id } = await world.signUp({ email: 'forged@example.com' });
    const request = new Request(`http://${EVIL}/api/events`, {
      method: 'POST',
      headers: { ...FORGED, ...bearer },
      body: event(id),
    });
    expect((await functions(request)).status).toBe(202);
    await world.advance('5m');
    const sent = world.emails.find(({ to }) => to.join().includes(email));
    expect(sent?.html).toContain(`${world.stack.env.functionsUrl}/unsubscribe?token=`);
    expect(JSON.stringify(sent)).not.toContain(EVIL);
    expect(await redisText(world)).not.toContain(EVIL);
    expect(world.log.join('\n')).not.toContain(EVIL);

    const answer = await send('/webhooks/clerk', {
      ...signClerk({ type: 'user.created', data: clerkUser('user_forged') }),
      headers: { ...FORGED, ...signClerk({ type: 'user.created', data: clerkUser('user_forged') }).headers },
    });
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain(EVIL);
  });

  it('is not called by a step whose headers name it', async () => {
    const { world, functions } = target;
    const url = `${world.stack.env.functionsUrl}/workflows/v1/activation`;
    const called: string[] = [];
    const original = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      called.push(input instanceof Request ? input.url : String(input));
      return original(input, init);
    };
    try {
      const signature = signDelivery({ url, body: '{}', key: DEV_SIGNING_KEYS.current });
      await functions(
        new Request(url, {
          method: 'POST',
          headers: { ...FORGED, 'upstash-signature': signature },
          body: '{}',
        }),
      );
    } finally {
      globalThis.fetch = original;
    }
    expect(called.filter((address) => address.includes(EVIL))).toEqual([]);
  });

  it('is where no redirect leads', async () => {
    const { send } = target;
    for (const query of ['next', 'url', 'redirect', 'redirect_uri', 'return_to', 'continue']) {
      for (const path of ['/unsubscribe', '/dashboard', '/dashboard?action=login&x=1', '/health']) {
        for (const method of ['GET', 'POST']) {
          const form = `secret=${DEV_SECRET}&${query}=https://${EVIL}`;
          const separator = path.includes('?') ? '&' : '?';
          const { headers } = await send(`${path}${separator}${query}=https://${EVIL}`, {
            method,
            headers: { ...FORGED, 'sec-fetch-site': 'same-origin' },
            body: form,
          });
          expect(headers.get('location') ?? '').not.toContain('//');
        }
      }
    }
  });
});

describe('the dashboard', () => {
  const login = (headers: Record<string, string> = {}, secret: string = DEV_SECRET) =>
    target.send('/dashboard?action=login', {
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams({ secret }).toString(),
    });

  it('gives its session to nobody but the browser that signed in', async () => {
    const { headers } = await login();
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain('Domain');
    expect(cookie).not.toContain(DEV_SECRET);
  });

  it('takes no session that somebody else has chosen', async () => {
    const chosen = 'skene-dashboard=4102444800000.chosen';
    const { headers } = await login({ cookie: chosen });
    expect(headers.get('set-cookie')).not.toContain('chosen');
    const page = await target.send('/dashboard', { method: 'GET', headers: { cookie: chosen } });
    expect(page.text).toContain('type="password"');
    const { headers: own } = await login();
    const longer = `${own.get('set-cookie')?.split(';')[0]}.`;
    const answer = await target.send('/dashboard', { method: 'GET', headers: { cookie: longer } });
    expect(answer.text).toContain('type="password"');
  });

  it('does nothing that another site asks for', async () => {
    const { headers } = await login();
    const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const forged: Array<Record<string, string>> = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: `https://${EVIL}` },
      { origin: 'null' },
      {},
    ];
    for (const where of forged) {
      const answer = await target.send('/dashboard?action=erase', {
        headers: { cookie, ...where },
        body: new URLSearchParams({ id: 'user-1', sure: 'yes' }).toString(),
      });
      expect(answer.status, JSON.stringify(where)).toBe(401);
    }
  });
});

describe('a body', () => {
  it('that is larger than what is taken is refused, and not read to its end', async () => {
    for (const path of [
      '/events',
      '/gate',
      '/webhooks/clerk',
      '/webhooks/stripe',
      '/webhooks/resend',
      '/webhooks/nextauth',
    ]) {
      let read = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          read += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
      });
      const request = new Request(`${target.world.stack.env.functionsUrl}${path}`, {
        method: 'POST',
        headers: bearer,
        body: endless,
        duplex: 'half',
      } as RequestInit);
      expect((await target.functions(request)).status, path).toBe(413);
      expect(read).toBeLessThan(3_000_000);
    }
  });

  it('that says it is small and is not is refused all the same', async () => {
    const request = new Request('https://app.example.com', {
      method: 'POST',
      headers: { 'content-length': '5' },
      body: 'x'.repeat(2_000_000),
    });
    await expect(readBody(request)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  it('that never comes holds up nobody else', async () => {
    const { hostname, port } = new URL(target.world.stack.urls.functions);
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write(
        `POST /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${DEV_SECRET}\r\nContent-Length: 1000\r\n\r\n{`,
      );
      return socket;
    });
    const answer = await fetch(`${target.world.stack.urls.functions}/api/events`, {
      method: 'POST',
      headers: bearer,
      body: event('quick'),
    });
    for (const socket of slow) socket.destroy();
    expect(answer.status).toBe(202);
  });
});

describe('a row that somebody has made too deep for any run to carry', () => {
  it('holds up no row that comes after it', async () => {
    const { world } = target;
    await world.sql('alter table users add column if not exists extra jsonb');
    const insert = 'insert into users (email, name, extra) values ($1, $2, $3::text::jsonb)';
    await world.sql(insert, ['deep@example.com', 'Deep', `${'['.repeat(6_000)}${']'.repeat(6_000)}`]);
    const before = (await world.runs()).length;
    await world.sql(insert, ['next@example.com', 'Next', '{}']);
    await world.settle();
    expect((await world.runs()).length).toBeGreaterThan(before);
  });
});

describe('somebody who is erased', () => {
  it('is named nowhere in Redis any more, but for a day in the key of a request that the gate would know again', async () => {
    const { world, send } = target;
    const subject = 'user_4f1c7e';
    const email = 'forget-me-9b2d@example.com';
    const user = clerkUser(subject, {
      primary_email_address_id: 'a',
      email_addresses: [{ id: 'a', email_address: email }],
    });
    const created = signClerk({ type: 'user.created', data: user });
    expect((await send('/webhooks/clerk', { headers: created.headers, body: created.body })).status).toBe(
      200,
    );
    expect((await send('/events', { headers: bearer, body: event(subject) })).status).toBe(202);
    const ask = { action: 'take', subject, method: 'POST', path: '/api/features/a', rid: 'r-1' };
    expect((await send('/gate', { headers: bearer, body: JSON.stringify(ask) })).status).toBe(200);
    await world.advance('1m');
    expect(await redisText(world)).toContain(subject);

    const deleted = signClerk({ type: 'user.deleted', data: { id: subject, deleted: true } });
    expect((await send('/webhooks/clerk', { headers: deleted.headers, body: deleted.body })).status).toBe(
      200,
    );
    await world.settle();
    const [keys, values] = JSON.parse(await redisText(world)) as [string[], unknown[]];
    // The gate knows a repeated request for a day at most.
    expect(keys.filter((key) => key.includes(subject) && !key.includes(':gate-hold:'))).toEqual([]);
    expect(JSON.stringify(values)).not.toContain(subject);
    await world.advance('1d');
    const left = await redisText(world);
    expect(left).not.toContain(subject);
    expect(left).not.toContain('forget-me-9b2d');
  });
});
