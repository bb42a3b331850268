import { env } from 'node:process'; // reported: environment
import { schedule } from '../../workflows/activation.ts'; // reported: outside
const { env: taken } = process; // reported: environment
const direct = process.env.RESEND_KEY; // reported: environment
const indirect = globalThis.process?.['env']; // reported: environment
export const send = () => import('./resend.ts').then(() => [env, taken, direct, indirect, schedule]);
