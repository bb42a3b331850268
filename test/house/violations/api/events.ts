import deployment from '../compiled/deployment.json' with { type: 'json' };
import config from '../skene.config.ts';
import { loadEnv } from '../src/env/index.ts';
import { events } from '../src/server/events.ts';
import { remember } from '../src/state/index.ts'; // reported: outside
import { Hono } from 'hono'; // reported: package
import { schedule } from '../workflows/activation.ts';
export const POST = [deployment, config, loadEnv, events, remember, Hono, schedule];
