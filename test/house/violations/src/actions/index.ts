import type { Redis } from '@upstash/redis'; // reported: package
import { Engine } from 'liquidjs'; // reported: package
import { send } from '../email/index.ts';
import { resend } from '../email/resend.ts'; // reported: deep
export const actions = [send, resend, Engine] as unknown as Redis;
