import { PGlite } from '@electric-sql/pglite';
import { NOTIFY_SETTING } from '../../databases/index.ts';

/** PostgreSQL itself: one backend that takes messages of the wire protocol. */
export interface Engine {
  /**
   * Runs whole messages and gives the bytes of the answer as they come.
   * @throws when the backend died of them; it has been started anew then, without session state.
   */
  run(messages: Uint8Array, onAnswer: (bytes: Uint8Array) => void): Promise<void>;
  /** Runs statements before anybody is served. */
  prepare(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** The triggers cannot see by a lock whether somebody listens: all sessions are one to PostgreSQL. */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', `${NOTIFY_SETTING}=always`];

/** Starts PGlite in a directory, or in memory. */
export async function startEngine(dataDir: string | undefined): Promise<Engine> {
  const start = () => PGlite.create(dataDir ?? 'memory://', { startParams: START_PARAMETERS });
  let database = await start();
  return {
    async run(messages, onAnswer) {
      try {
        await database.execProtocolRawStream(messages, { onRawData: (bytes) => onAnswer(bytes.slice()) });
      } catch (error) {
        database = await start();
        throw error;
      }
    },
    prepare: async (sql) => {
      await database.exec(sql);
    },
    close: () => database.close(),
  };
}
