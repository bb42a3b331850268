import type { Database, OpenDatabase } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';

/** Opens the team's database once, when first asked for. */
export function databaseOf(
  env: Env,
  { urlVariable, provider, overlap }: Deployment['database'],
  openDatabase: OpenDatabase,
): () => Promise<Database> {
  return once(async () =>
    openDatabase({
      url: env.require(urlVariable),
      provider,
      neonEndpoint: env.neonEndpoint,
      polling: { overlapMs: overlap === undefined ? undefined : overlap * 1_000 },
    }),
  );
}

/** Opens something once, when first asked for; a failed attempt is not remembered. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
