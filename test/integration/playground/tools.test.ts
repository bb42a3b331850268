import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { World } from '../../../src/testing/index.ts';
import { openWorld } from './play.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const at = (query = '') => `${world.stack.urls.functions}/dev/playground${query}`;

/** Hands in a form, and answers with what came of it, as text. */
async function play(tool: string, form: Record<string, string>): Promise<string> {
  const answer = await fetch(at(`?do=${tool}`), { method: 'POST', body: new URLSearchParams(form) });
  const html = await answer.text();
  const [, result = ''] = new RegExp(`id="result-${tool}">([\\s\\S]*?)</section>`).exec(html) ?? [];
  return result
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const signUp = () =>
  play('row', {
    table: 'users',
    'column.email': 'ada@example.com',
    'column.name': 'Ada',
    'column.activation_link': 'https://example.com',
  });
const subjects = () => world.emails.map(({ subject }) => subject);

describe('the playground', () => {
  it('inserts rows, with what is left out left to the database, and says what is wrong with one', async () => {
    expect(await signUp()).toMatch(/Inserted into users\. 1 row .* 1 ada@example\.com Ada/);
    expect(await play('row', { table: 'users', 'column.name': 'Nobody' })).toMatch(
      /null value in column "email"/,
    );
    expect(await play('row', { table: 'nothing"; drop table users; --' })).toMatch(/There is no table/);
    expect(await world.sql('select name from users')).toEqual([{ name: 'Ada' }]);
  });

  it('runs SQL, and shows its rows or what is wrong', async () => {
    expect(await play('sql', { sql: `insert into users (email) values ('b@example.com')` })).toBe(
      'Done; no rows.',
    );
    expect(await play('sql', { sql: 'select count(*)::int as people from users' })).toMatch(/people 1/);
    expect(await play('sql', { sql: 'select nonsense' })).toMatch(/nonsense.*does not exist/);
  });

  it('sends an event of every provider from its own sample', async () => {
    const types = {
      app: 'project.created',
      clerk: 'user.created',
      stripe: 'invoice.paid',
      resend: 'email.opened',
      nextauth: 'signIn',
    };
    for (const [provider, type] of Object.entries(types)) {
      const html = await (
        await fetch(at(`?event=${provider}+${type}&subject=u7&email=u7@example.com`))
      ).text();
      const [, sample = ''] = /<textarea name="payload"[^>]*>([^<]*)</.exec(html) ?? [];
      const payload = sample.replaceAll('&quot;', '"');
      expect(JSON.parse(payload)).toBeTypeOf('object');
      expect(await play('event', { provider, payload }), provider).toMatch(/^Taken/);
    }
  });

  it('refuses a payload that is none, as the functions do', async () => {
    expect(await play('event', { provider: 'app', payload: '[1]' })).toMatch(/not a JSON object/);
    expect(await play('event', { provider: 'app', payload: '{"specversion":"0.3"}' })).toMatch(
      /answered 400/,
    );
  });

  it('calls a gated route until it is refused, and shows the answer with its headers', async () => {
    const call = { subject: '1', method: 'post', path: '/api/features/export' };
    expect(await play('gate', { ...call, times: '1' })).toMatch(
      /Admitted.*HTTP 200 RateLimit-Policy: .*;q=3/,
    );
    const refused = await play('gate', { ...call, times: '4' });
    expect(refused).toMatch(/2 × 200, 2 × 402.*Refused with 402: Limit reached.*That was the last/);
    expect((await world.runs()).map(({ loop }) => loop)).toEqual(['free-limit']);
    expect(await play('gate', { ...call, times: '0' })).toMatch(/1 to 200 times/);
  });

  it('moves the clock to where it is told, forward only', async () => {
    const { clock } = world.stack;
    const start = clock.now();
    expect(await play('clock', { to: 'next' })).toMatch(/Nothing is due/);
    expect(await play('clock', { by: '+36h' })).toBe('1d12h later.');
    expect(clock.now() - start).toBe(36 * 3_600_000);
    await play('clock', { time: '08:59', day: '1' });
    expect(new Date(clock.now()).toISOString().slice(11, 16)).toBe('08:59');
    expect(await play('clock', { time: '08:58', day: '0' })).toMatch(/forward only/);
    expect(await play('clock', { by: 'soon' })).toMatch(/not a duration/);
    await signUp();
    expect(await play('clock', { to: 'next' })).toBe('5m later.');
    expect(subjects()).toEqual(['Shall we help?']);
  });

  it('lets anything fail once, and the email goes out once all the same', async () => {
    const faults: Array<[string, RegExp]> = [
      ['email error', /Resend fails/],
      ['email answer-lost', /Resend fails/],
      ['delivery fail', /does not arrive/],
      ['delivery lose-answer', /the answer is lost/],
      ['function functions', /a function answers 500/],
      ['function redis', /Redis is away/],
      ['function database', /the database is away/],
    ];
    for (const [index, [fault, coming]] of faults.entries()) {
      await signUp();
      expect(await play('fault', { fault, times: '1' })).toMatch(/going to fail/);
      expect(await (await fetch(at())).text()).toMatch(coming);
      await play('clock', { by: '5m' });
      expect(await (await fetch(at())).text(), fault).not.toMatch(/Still to come/);
      await play('clock', { by: '1h' });
      expect(subjects(), fault).toEqual(Array.from({ length: index + 1 }, () => 'Shall we help?'));
    }
  });

  it("lets Stripe's API be away for a webhook, which is refused so that Stripe sends it again", async () => {
    const payload = JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'checkout.session.completed',
      data: { object: { object: 'checkout.session', customer: 'cus_1', client_reference_id: '1' } },
    });
    const event = { provider: 'stripe', payload, customer: 'cus_1', plan: 'paid' };
    await play('fault', { fault: 'function stripe' });
    expect(await play('event', event)).toMatch(/answered 50\d/);
    expect(await play('event', event)).toMatch(/^Taken/);
    expect(await world.state.subscriptions.of('1')).toMatchObject({ plan: 'paid', status: 'active' });
  });

  it('takes faults back that have not happened yet', async () => {
    for (const fault of ['email error', 'delivery fail', 'function redis'])
      await play('fault', { fault, times: '9' });
    expect(await play('fault', { fault: 'none' })).toMatch(/Nothing fails any more/);
    await signUp();
    await play('clock', { by: '5m' });
    expect(subjects()).toEqual(['Shall we help?']);
    expect(await play('fault', { fault: 'sky falls' })).toMatch(/Nothing is known/);
  });

  it('does nothing for another site, nor under a name that was led here', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(at('?do=row'), {
        method: 'POST',
        headers,
        body: new URLSearchParams({ table: 'users', 'column.email': 'x@example.com' }),
      });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(401);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect(await world.sql('select * from users')).toEqual([]);
    const clock = await fetch(`${world.stack.urls.functions}/dev/clock`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: '{"advance":"5m"}',
    });
    expect(clock.status).toBe(401);
  });

  it('shows what users wrote as text, and forbids by its headers what a page could be made to do', async () => {
    await play('row', {
      table: 'users',
      'column.email': 'x@example.com',
      'column.name': '<script>alert(1)</script>',
    });
    const answer = await fetch(at('?do=sql'), {
      method: 'POST',
      body: new URLSearchParams({ sql: 'select name from users' }),
    });
    const html = await answer.text();
    expect(html).toContain('&lt;script&gt;alert');
    expect(html).not.toContain('<script>alert');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
  });

  it('is of the local stack alone', async () => {
    const { readdir } = await import('node:fs/promises');
    const files = await readdir(new URL('../../../api', import.meta.url), { recursive: true });
    expect(files.filter((name) => /dev|playground/.test(name))).toEqual([]);
    expect((await fetch(`${world.stack.urls.functions}/api/playground`)).status).toBe(404);
  });
});
