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
    upstash: '28da3eeba93d4875b47869493e32d413c13fe296',
    redis: '503d5435d4d3accc7ee9e3d54b71d721db8d7309',
  },
  source: async () => (await import('./lua.ts')).OPERATE,
};

export const setScript: Script = {
  digests: {
    upstash: '7b24a7351bb2ba3911b1d31d608ec13e623c9ce8',
    redis: '4a36ccd9ad4680518d09dfd1975922d4a1ff5f54',
  },
  source: async () => (await import('./lua.ts')).SET,
};
