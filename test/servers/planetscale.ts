import { listen } from '../../src/dev/listen.ts';
import { createPlanetscaleFront } from '../../src/dev/planetscale/front.ts';

/** PlanetScale's protocol before a database of a MariaDB server. */
export interface PlanetscaleServer {
  /** With user and password, as the vendor's client takes it. */
  url: string;
  close(): Promise<void>;
}

/** Serves the front on loopback. @param databaseUrl of the database behind it. */
export async function startPlanetscaleServer(databaseUrl: string): Promise<PlanetscaleServer> {
  const front = createPlanetscaleFront(databaseUrl);
  const listening = await listen(front.handle, { port: 0 });
  const url = new URL(listening.url);
  url.username = new URL(databaseUrl).username;
  url.password = new URL(databaseUrl).password;
  return {
    url: url.href,
    async close() {
      await listening.close();
      await front.close();
    },
  };
}
