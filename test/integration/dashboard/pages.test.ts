import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/email/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, signUp } from '../loops/activation.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ config: { ...activation, recovery: { retries: 0 } } });
});
afterEach(() => world.close());

const at = (query = '') => `${world.stack.urls.functions}/api/dashboard${query}`;
const SECRET = 'skene-dev-secret';

function post(
  action: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(at(`?action=${action}`), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams(form),
  });
}

async function signIn(): Promise<string> {
  const answer = await post('login', { secret: SECRET });
  expect(answer.status).toBe(303);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

async function get(query: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(at(query), { headers: { cookie: await signIn() } });
  return { status: answer.status, text: await answer.text() };
}

describe('the dashboard', () => {
  it('shows a stranger nothing but where to sign in', async () => {
    await signUp(world, 'Ada');
    await world.settle();
    for (const query of ['', '?page=runs', '?page=people&id=1', '?page=export&id=1', '?page=run&id=x']) {
      const answer = await fetch(at(query));
      const text = await answer.text();
      expect([answer.status, text.includes('Sign in'), text.includes('ada@')]).toEqual([401, true, false]);
    }
  });

  it('takes no other secret, no other cookie, and none after its time', async () => {
    const wrong = await post('login', { secret: `${SECRET}x` });
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    const cookie = await signIn();
    const [name, value = ''] = cookie.split('=');
    const [until, signature = ''] = value.split('.');
    const forged = [
      `${name}=${Number(until) + 1}.${signature}`,
      `${name}=${until}.${signature.slice(0, -1)}`,
      `${name}=${until}`,
      `${name}=`,
      `${name}=${SECRET}`,
    ];
    for (const one of forged) expect((await fetch(at(), { headers: { cookie: one } })).status).toBe(401);
    expect(cookie).not.toContain(SECRET);
    expect((await fetch(at(), { headers: { cookie } })).status).toBe(200);
  });

  it('does what its own pages ask for, and nothing for another site', async () => {
    const cookie = await signIn();
    await signUp(world, 'Ada');
    await world.settle();
    const [{ runId: id = '' } = {}] = await world.runs();
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await post('cancel', { id }, { cookie, 'sec-fetch-site': site })).status).toBe(401);
    const foreign = await fetch(at('?action=cancel'), {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example' },
      body: new URLSearchParams({ id }),
    });
    expect(foreign.status).toBe(401);
    expect((await post('cancel', { id })).status).toBe(401);
    expect((await post('erase', { id: '1' }, { cookie })).status).toBe(400);
    expect((await post('explode', { id: '1' }, { cookie })).status).toBe(400);
    expect((await post('cancel', { id }, { cookie })).status).toBe(303);
    expect((await get(`?page=run&id=${id}`)).text).toContain('cancelled');
  });

  it('forbids by its headers what a page could be made to do', async () => {
    const { headers } = await fetch(at());
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /default-src 'none'.*script-src 'self'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('shows what users wrote as text', async () => {
    await world.sql(`insert into users (email, name) values ('x', 'x')`);
    await world.track({ name: 'x', subject: '<script>alert(1)</script>' });
    const { text } = await get(`?page=people&id=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(text).not.toContain('<script>alert');
    expect(
      (await get(`?page=runs&subject=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`)).text,
    ).not.toContain('<img');
  });

  it('says what to do where there is nothing yet', async () => {
    expect((await get('')).text).toMatch(/Nothing happened in the last 30 days/);
    expect((await get('?page=runs')).text).toContain('No run has started yet');
    expect((await get('?page=runs&state=failed')).text).toContain('No run is like that');
    expect(await get('?page=run&id=wfr_none')).toMatchObject({
      status: 404,
      text: expect.stringContaining('No such run'),
    });
  });

  it('shows a loop, its runs, one of them and whom it is about', async () => {
    const ada = await signUp(world, 'Ada');
    await createProject(world, ada);
    await world.settle();
    const loops = (await get('')).text;
    expect(loops).toMatch(
      /wait until this finds a row[\s\S]*email activation_welcome[\s\S]*end as timed out/,
    );
    expect(loops).toMatch(/<p class="opinion">[^<]+</);
    expect(loops).toMatch(/reached the goal<\/th>\s*<td class="number">1</);
    expect(loops).toMatch(
      /Time to activation[\s\S]*Half of the 1 who reached the goal did within <strong>1m</,
    );
    expect(loops).toMatch(/sent<\/th>\s*<td class="number">1</);
    const runs = (await get('?page=runs&state=ended')).text;
    expect(runs).toContain('step-1: sent');
    const [{ runId = '' } = {}] = await world.runs();
    const run = (await get(`?page=run&id=${runId}`)).text;
    expect(run).toMatch(/step-1: met[\s\S]*step-1: sent/);
    const billed = world.stack.qstash.stats.billedByRun.get(runId);
    expect(run).toContain(`<dt>Billed messages</dt><dd>${billed}</dd>`);
    const [, emailPage = ''] = /href="(\?page=email&amp;id=[^"]+)"/.exec(run) ?? [];
    const email = await get(emailPage.replaceAll('&amp;', '&'));
    expect(email.text).toMatch(/<h1>[^<]*Ada[\s\S]*<iframe[\s\S]*Plain text/);
    const frame = await get(emailPage.replace('?page=email&amp;', '?page=email-html&'));
    expect(frame.text).toContain(world.emails[0]?.html);
    expect((await get('?page=people&id=1')).text).toMatch(/ada@example.com[\s\S]*Mailed \(step-1\)/);
    const exported = await fetch(at('?page=export&id=1'), { headers: { cookie: await signIn() } });
    expect(await exported.json()).toMatchObject({ subject: '1', runs: [{ runId }] });
  });

  it('finds somebody by their address, and lists whom the latest runs were about', async () => {
    await signUp(world, 'Ada');
    await world.settle();
    expect((await get('?page=people&id=ada%40example.com')).text).toMatch(/<h1>1<\/h1>/);
    expect((await get('?page=people')).text).toMatch(/Lately in a loop[\s\S]*page=people&amp;id=1/);
  });

  it('mails somebody no more when told to, and again, but nobody who said so themselves', async () => {
    const ada = await signUp(world, 'Ada');
    await world.settle();
    const cookie = await signIn();
    const form = { id: ada, address: 'ada@example.com' };
    const key = addressKey(form.address);
    expect((await post('suppress', form, { cookie })).status).toBe(303);
    expect(await world.state.suppressions.find(key)).toBe('manual');
    expect((await get(`?page=people&id=${ada}`)).text).toMatch(/no: manual[\s\S]*Mail them again/);
    await post('release', form, { cookie });
    expect(await world.state.suppressions.find(key)).toBeUndefined();
    await world.state.suppressions.add(key, 'unsubscribed');
    for (const action of ['suppress', 'release']) await post(action, form, { cookie });
    expect(await world.state.suppressions.find(key)).toBe('unsubscribed');
    expect((await get(`?page=people&id=${ada}`)).text).not.toMatch(/Mail them (?:again|no more)/);
  });

  it('says how each thing it stands on is, and which runs were given up', async () => {
    const { text } = await get('?page=health');
    expect(text).toMatch(/No run was given up/);
    for (const name of ['Redis', 'QStash', 'signing keys', 'database'])
      expect(text).toContain(`<th scope="row">${name}</th>`);
    expect(text).not.toContain('live.js');
  });

  it('goes on with a run that was given up, and erases somebody', async () => {
    const ada = await signUp(world, 'Ada');
    await world.settle();
    world.stack.inbox.fail({ kind: 'error' });
    await createProject(world, ada);
    await world.settle();
    const [{ runId: id = '' } = {}] = await world.runs();
    expect((await get(`?page=run&id=${id}`)).text).toMatch(
      /The last attempt answered 500[\s\S]*Go on from the step that failed/,
    );
    const cookie = await signIn();
    expect((await post('retry', { id }, { cookie })).status).toBe(303);
    await world.settle();
    expect(world.emails).toHaveLength(1);
    expect((await post('erase', { id: ada, sure: 'yes' }, { cookie })).status).toBe(303);
    expect(await world.runs()).toEqual([]);
  });

  it('shows thousands of runs fifty at a time', async () => {
    await world.state.runLog.record(
      Array.from({ length: 3_000 }, (_, index) => ({
        runId: `wfr_welcome-${index}`,
        loop: 'welcome',
        subject: `u${index}`,
        outcome: 'started',
        step: '',
        at: index + 1,
      })),
    );
    const first = (await get('?page=runs')).text;
    expect(first).toMatch(/u2999[\s\S]*u2950/);
    expect(first).not.toContain('u2949<');
    expect((await get('?page=runs&from=2950')).text).toMatch(/from 2951[\s\S]*Up to 3000/);
  });
});
