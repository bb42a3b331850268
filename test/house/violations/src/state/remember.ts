import { Redis } from './redis.ts';
import { track } from './index.ts'; // reported: own-door
import { entry } from '../index.ts';
import { quoted } from '../events/index.ts';
import { hidden } from '../events/hidden.ts'; // reported: deep
export const remember = () => [Redis, entry, track, quoted, hidden];
export const lazily = () => import('../actions/index.ts'); // reported: up
export const aside = () => require('../email/index.ts'); // reported: sideways
