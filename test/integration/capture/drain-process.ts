import { appendFileSync } from 'node:fs';
import { requireCapture } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { rowEvent } from '../../../src/events/index.ts';

/** Drains until it is killed: writes the event ids of each batch to a file, as QStash would accept them, then deletes the rows. */
const [url = '', file = ''] = process.argv.slice(2);
const { capture } = requireCapture(await openDatabase({ url, outbox: { attempts: 100, backoffMs: 1 } }));
for (;;) {
  const claimed = await capture.outbox.claim({ limit: 7, leaseMs: 200 });
  for (const { change } of claimed) appendFileSync(file, `${rowEvent(change).id}\n`);
  await capture.outbox.done(claimed.map(({ id }) => id));
}
