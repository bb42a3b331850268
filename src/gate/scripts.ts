/**
 * The scripts by their SHA-1, which is all that Redis needs once it knows them: the sources are loaded when it does not. A test says
 * what to write here after a change of `lua.ts`.
 */
export interface Script {
  /** Of the source behind {@link KEY_LOCKING}, and of the source alone. */
  digests: { upstash: string; redis: string };
  source: () => Promise<string>;
}

/**
 * Upstash locks the whole database for a script unless its first line says that its keys will do; a plain Redis refuses that line.
 * @see https://upstash.com/docs/redis/troubleshooting/lua_scripts
 */
export const KEY_LOCKING = '#!lua flags=allow-key-locking\n';

export const operateScript: Script = {
  digests: {
    upstash: '2e97b8e1c5a830e8dd25c87019df5ab3301499bc',
    redis: '4bf9fafef3a458170960c6a78276bb436c936d91',
  },
  source: async () => (await import('./lua.ts')).OPERATE,
};

export const setScript: Script = {
  digests: {
    upstash: 'e266e2371a2f6e4503fe971bc9432a9edf587d4a',
    redis: '2efe33d0acff66119086cdcc7d495e0bbfc4d1bc',
  },
  source: async () => (await import('./lua.ts')).SET,
};
