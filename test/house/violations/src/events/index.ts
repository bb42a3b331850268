import { floor } from '../errors/index.ts';
import { long } from '../config/index.ts'; // reported: sideways
import type { State } from '../state/index.ts'; // reported: up
import { loadEnv } from '../env/index.ts'; // reported: up
export { defineLoop } from '../index.ts'; // reported: up
export type { Loop } from '@skene/sdk'; // reported: up
export type Lazy = typeof import('../email/index.ts'); // reported: up
// import { commented } from '../actions/index.ts';
export const quoted = "import { quoted } from '../actions/index.ts'";
export const template = `import('../actions/index.ts') ${floor} ${long} ${loadEnv()}`;
export type { State };
