import { createAdaptorServer } from '@hono/node-server';

import { createClock } from '../../../src/dev/clock.ts';
import { createQStash } from '../../../src/dev/qstash/index.ts';

/** A local QStash as a process of its own, to be killed: `server-process.ts <port> <journal>`. */
const [port = '0', journal] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;
const qstash = createQStash({ clock: createClock(), journal, url });
const server = createAdaptorServer({ fetch: (request) => qstash.handle(request) });
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
