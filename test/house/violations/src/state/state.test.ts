import { Redis } from '@upstash/redis';
import { hidden } from '../events/hidden.ts';
import { send } from '../email/index.ts'; // reported: sideways
import { fakeClock } from '../../test/clock.ts';
import { track } from './index.ts';
export const tested = [Redis, hidden, send, fakeClock, track, process.env.HOME];
