import { type Clock, createClock } from '../../../src/dev/clock.ts';
import { createInbox, type Inbox } from '../../../src/dev/inbox/index.ts';
import { listen } from '../../../src/dev/listen.ts';

/** An inbox that is reached over HTTP, with a clock that stands still. */
export interface InboxServer {
  inbox: Inbox;
  clock: Clock;
  url: string;
  close(): Promise<void>;
}

/** Serves an inbox on a free port of loopback. */
export async function startInbox(journal?: string): Promise<InboxServer> {
  const clock = createClock({ frozen: true, start: Date.UTC(2026, 10, 2, 9) });
  const inbox = createInbox({ journal, clock });
  const server = await listen((request) => inbox.handle(request), { port: 0 });
  return {
    inbox,
    clock,
    url: server.url,
    close: async () => {
      await server.close();
      inbox.close();
    },
  };
}
