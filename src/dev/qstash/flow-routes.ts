import type { Hono } from 'hono';

import type { Engine } from './engine.ts';
import { RequestError } from './request-error.ts';
import type { FlowOverride } from './state.ts';

function readPositive(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new RequestError(400, `${name} must be a positive number, not "${text}"`);
  return Number(text);
}

/** The endpoints under `/v2/flowControl`. */
export function flowRoutes(app: Hono, engine: Engine): void {
  const { flows } = engine.dispatcher;
  app.get('/v2/flowControl', (c) => c.json(flows.list()));
  app.get('/v2/flowControl/:key', (c) => c.json(flows.info(c.req.param('key'))));
  app.post('/v2/flowControl/:key/pause', (c) => {
    flows.change(c.req.param('key'), (override) => ({ ...override, paused: true }));
    return c.body(null, 200);
  });
  app.post('/v2/flowControl/:key/resume', (c) => {
    flows.change(c.req.param('key'), (override) => ({ ...override, paused: false }));
    return c.body(null, 200);
  });
  app.post('/v2/flowControl/:key/pin', (c) => {
    const pin = {
      parallelism: readPositive(c.req.query('parallelism'), 'parallelism'),
      rate: readPositive(c.req.query('rate'), 'rate'),
      period: readPositive(c.req.query('period'), 'period'),
    };
    if (pin.parallelism === undefined && pin.rate === undefined) {
      throw new RequestError(400, 'give parallelism, rate or both to pin');
    }
    flows.change(c.req.param('key'), (override) => ({ ...override, ...definedOnly(pin) }));
    return c.body(null, 200);
  });
  app.post('/v2/flowControl/:key/unpin', (c) => {
    const unpinned: Partial<FlowOverride> = {};
    if (c.req.query('parallelism') === 'true') unpinned.parallelism = undefined;
    if (c.req.query('rate') === 'true') Object.assign(unpinned, { rate: undefined, period: undefined });
    flows.change(c.req.param('key'), (override) => ({ ...override, ...unpinned }));
    return c.body(null, 200);
  });
  app.post('/v2/flowControl/:key/resetRate', (c) => {
    flows.resetRate(c.req.param('key'));
    return c.body(null, 200);
  });
  app.get('/v2/globalParallelism', (c) =>
    c.json({ parallelismMax: engine.options.parallelism, parallelismCount: engine.dispatcher.active }),
  );
}

function definedOnly(pin: Partial<FlowOverride>): Partial<FlowOverride> {
  return Object.fromEntries(Object.entries(pin).filter(([, value]) => value !== undefined));
}
