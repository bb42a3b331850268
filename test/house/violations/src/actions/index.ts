import type { Redis } from '@upstash/redis'; // reported: package
import { Engine } from 'liquidjs'; // reported: package
import { send } from '../email/index.ts';
import { again } from '../email/second.ts'; // reported: deep
export const actions = [send, again, Engine] as unknown as Redis;
