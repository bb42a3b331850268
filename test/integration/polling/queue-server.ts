import { listen } from '../../../src/dev/listen.ts';

/** Stands for QStash, as far as runs are started: takes batches, and says what became of each. */
export interface QueueServer {
  url: string;
  /** Subject -> ids of the runs that were accepted for it. */
  runs: Map<string, Set<string>>;
  /** Runs that were handed in once more under the same id, which QStash takes for the same. */
  readonly repeated: number;
  close(): Promise<void>;
}

interface Message {
  headers: Record<string, string>;
  body: string;
}

/**
 * @param options `faults` is the share of batches that fail, half of them after they were accepted; `refuses` says of a subject
 *   whether its run is refused.
 */
export async function startQueueServer({
  faults,
  refuses = () => false,
}: {
  faults: number;
  refuses?: (subject: string) => boolean;
}): Promise<QueueServer> {
  const runs = new Map<string, Set<string>>();
  let repeated = 0;

  function accept({ headers, body }: Message): { messageId: string } | { error: string } {
    const id = new Headers(headers).get('upstash-workflow-runid') ?? '';
    const { subject } = JSON.parse(body) as { subject: string };
    if (refuses(subject)) return { error: 'no' };
    const known = runs.get(subject) ?? new Set();
    if (known.has(id)) repeated += 1;
    runs.set(subject, known.add(id));
    return { messageId: id };
  }

  const listening = await listen(
    async (request) => {
      const messages = (await request.json()) as Message[];
      const fate = Math.random();
      const answers = fate >= faults / 2 ? messages.map(accept) : [];
      if (fate < faults) return new Response('{"error":"try again"}', { status: 500 });
      return Response.json(answers);
    },
    { port: 0 },
  );
  return {
    url: listening.url,
    runs,
    get repeated() {
      return repeated;
    },
    close: listening.close,
  };
}
