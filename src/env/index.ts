/** Floor 2: the only reader of the environment. */
export { createEnv, type Env, type EnvSource } from './env.ts';
export { isLoopback } from './loopback.ts';
