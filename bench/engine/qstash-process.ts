/** `skene dev`'s QStash in a process of its own: `qstash-process.ts <journal>`. Prints its address, and ends with its parent. */
import { createClock } from '../../src/dev/clock.ts';
import { listen } from '../../src/dev/listen.ts';
import { createQStash, type QStash } from '../../src/dev/qstash/index.ts';

let qstash: QStash | undefined;
const server = await listen(
  async (request) => qstash?.handle(request) ?? new Response(null, { status: 503 }),
  { port: 0 },
);
qstash = createQStash({ clock: createClock(), journal: process.argv[2], url: server.url });
console.log(server.url);
process.stdin.resume().on('end', () => process.exit());
