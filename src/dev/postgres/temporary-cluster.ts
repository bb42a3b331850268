import { type Backend, createBackend, IDLE_IN_TRANSACTION_MS } from './backend.ts';
import { openTemporaryDirectory } from './directory.ts';
import { startEngine } from './engine.ts';

/** A PostgreSQL that runs over a temporary directory, without any tables. */
export interface TemporaryCluster {
  backend: Backend;
  /** Goes by this clock from now on. */
  setClock(now: () => number): void;
  /** Gives it back when nobody is connected: it is emptied and waits for the next who needs one. */
  close(): Promise<void>;
}

/** Making a cluster takes seconds, emptying one milliseconds: what is given back waits here, and does not keep the process alive. */
const spare: SpareCluster[] = [];

interface SpareCluster {
  backend: Backend;
  setClock(now: () => number): void;
  /** Whether the process goes on for its sake. */
  setNeeded(isNeeded: boolean): void;
  stop(): Promise<void>;
}

/** Everything that one who had the cluster may have made. */
const EMPTY = `
  DO $$
  DECLARE found text;
  BEGIN
    FOR found IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', found);
    END LOOP;
    FOR found IN SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' LOOP
      EXECUTE format('DROP OWNED BY %1$I; DROP ROLE %1$I', found);
    END LOOP;
  END $$;
  ALTER DATABASE postgres RESET ALL;
  ALTER ROLE postgres RESET ALL;
  CREATE SCHEMA public AUTHORIZATION pg_database_owner;
  GRANT USAGE ON SCHEMA public TO public;`;

/** Takes a cluster that waits, or makes one. @throws {EnvError} USAGE when it cannot start. */
export async function openTemporaryCluster(): Promise<TemporaryCluster> {
  const cluster = spare.pop() ?? (await startCluster());
  cluster.setNeeded(true);
  return {
    backend: cluster.backend,
    setClock: cluster.setClock,
    async close() {
      try {
        await cluster.backend.prepare(EMPTY);
      } catch {
        await cluster.stop();
        return;
      }
      cluster.setNeeded(false);
      spare.push(cluster);
    },
  };
}

async function startCluster(): Promise<SpareCluster> {
  const directory = openTemporaryDirectory();
  try {
    const engine = await startEngine(directory.cluster, { keepsNew: true });
    const backend = await createBackend(engine, { patienceMs: IDLE_IN_TRANSACTION_MS });
    return {
      backend,
      setClock: engine.setClock,
      setNeeded: engine.setNeeded,
      async stop() {
        await engine.close();
        directory.close();
      },
    };
  } catch (error) {
    directory.close();
    throw error;
  }
}
