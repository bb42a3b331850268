import type { ConfigInput, LoopInput } from './config/index.ts';

/**
 * Declares one loop. Returns it unchanged: its use is that an editor completes it and a wrong key is a type error.
 * `export default defineLoop({...})` is a whole configuration.
 */
export function defineLoop(loop: LoopInput): LoopInput {
  return loop;
}

/** Declares several loops, and where users, tables and the sender are when they differ from the conventions. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
