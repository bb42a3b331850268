import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { outcomes } from './activation.ts';

const config = {
  id: 'first-report',
  type: 'activation',
  opinion: 'Whoever shares a first report on the first day stays',
  steps: [
    {
      trigger: { type: 'event', name: 'report.created' },
      condition: { type: 'event', name: 'report.shared', timeout: '1d' },
      action: {
        type: 'email',
        template: 'activation_welcome',
        personalization: { name: '{{user.name}}', activationLink: '{{event.link}}' },
      },
    },
  ],
} satisfies LoopInput;

const event = (type: string, id: string, more: object = {}) => ({
  specversion: '1.0',
  id,
  source: 'app',
  type,
  subject: '1',
  data: { link: 'https://example.com/report' },
  ...more,
});

let world: World;
beforeEach(async () => {
  world = await createWorld({ config });
  await world.sql("insert into users (email, name) values ('ada@example.com', 'Ada')");
});
afterEach(() => world.close());

describe('POST /api/events', () => {
  it('starts and wakes runs', async () => {
    const created = await world.send(event('report.created', 'a'));
    expect([created.status, await created.json()]).toEqual([202, { accepted: 1, started: 1, known: 0 }]);
    await world.settle();
    expect(await outcomes(world)).toEqual(['started']);
    await world.send(event('report.shared', 'b'));
    await world.settle();
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
    expect(world.stack.inbox.emails()[0]?.html).toContain('https://example.com/report');
    expect(world.stack.qstash.stats.billed).toBe(3);
  });

  it('takes a batch, and counts what it knows already', async () => {
    await world.send(event('report.created', 'a'));
    const batch = await world.send(
      [event('report.created', 'a'), event('report.created', 'c', { subject: '2' }), event('other', 'd')],
      { contentType: 'application/cloudevents-batch+json' },
    );
    expect(await batch.json()).toEqual({ accepted: 3, started: 1, known: 1 });
  });

  it('wakes a run whose event came before its wait began', async () => {
    await world.send([event('report.created', 'a'), event('report.shared', 'b')]);
    await world.settle();
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });

  it('does not take an event from before the run for the one it waits for', async () => {
    await world.send(event('report.shared', 'b'));
    await world.advance('1h');
    await world.send(event('report.created', 'a'));
    await world.settle();
    expect(await outcomes(world)).toEqual(['started']);
  });

  it.each([
    ['no token', { token: '' }, event('x', '1'), 401, /bearer/i],
    ['a wrong token', { token: 'skene-dev-secreT' }, event('x', '1'), 401, /bearer/i],
    ['no JSON', {}, '{"id":', 400, /not JSON/],
    ['no type', {}, { specversion: '1.0', id: '1', source: 'app' }, 400, /"type"/],
    ['a wrong time', {}, [event('x', '1'), event('x', '2', { time: 'yesterday' })], 400, /"\[1\]\.time"/],
    [
      'a subject that no table holds',
      {},
      event('report.created', '1', { subject: 'ada\0' }),
      400,
      /"subject" .*: it has a NUL character/,
    ],
    ['data that is no object', {}, event('x', '1', { data: 'text' }), 400, /"data"/],
    ['1,001 events', {}, Array.from({ length: 1_001 }, (_, index) => event('x', String(index))), 400, /1001/],
    [
      'a body of more than a megabyte',
      {},
      event('x', '1', { data: { text: 'x'.repeat(1_100_000) } }),
      413,
      /larger/,
    ],
  ])('refuses %s', async (...[, options, body, status, message]) => {
    const response = await world.send(body, options);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(((await response.json()) as { detail: string }).detail).toMatch(message);
    expect(await world.runs()).toEqual([]);
  });

  it('says which method it takes', async () => {
    const response = await fetch(`${world.stack.urls.functions}/api/events`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
