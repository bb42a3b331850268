import { randomUUID } from 'node:crypto';
import type { Connection } from 'mysql2/promise';

/** How long a transaction may stay open at PlanetScale. */
const TRANSACTION_MS = 20_000;

/** A connection that a session keeps, because it has a transaction open. */
interface Held {
  connection: Connection;
  timer: NodeJS.Timeout;
}

/** Sessions of clients: one that has a transaction open keeps its connection, any other has none. */
export interface Sessions {
  /** Gives `work` the session's connection and whether it has a transaction; `work` says whether one is open afterwards. */
  use<T>(
    id: string | undefined,
    work: (connection: Connection) => Promise<{ answer: T; inTransaction: boolean }>,
  ): Promise<{ answer: T; id: string; inTransaction: boolean }>;
  close(): Promise<void>;
}

/** Keeps sessions over connections that `connect` opens. */
export function createSessions(connect: () => Promise<Connection>): Sessions {
  const held = new Map<string, Held>();

  async function giveUp(id: string): Promise<void> {
    const session = held.get(id);
    if (session === undefined) return;
    held.delete(id);
    clearTimeout(session.timer);
    // The server rolls back what its connection had open.
    session.connection.destroy();
  }

  return {
    async use(known, work) {
      const id = known ?? randomUUID();
      const connection = held.get(id)?.connection ?? (await connect());
      try {
        const { answer, inTransaction } = await work(connection);
        if (!inTransaction) {
          clearTimeout(held.get(id)?.timer);
          held.delete(id);
          await connection.end();
        } else if (!held.has(id)) {
          const timer = setTimeout(() => void giveUp(id), TRANSACTION_MS).unref();
          held.set(id, { connection, timer });
        }
        return { answer, id, inTransaction };
      } catch (error) {
        if (!held.has(id)) connection.destroy();
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...held.keys()].map(giveUp));
    },
  };
}
