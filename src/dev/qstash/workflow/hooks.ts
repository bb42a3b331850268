import { toBase64, toContent } from '../content.ts';
import type { Engine } from '../engine.ts';
import { RequestError } from '../request-error.ts';
import { notifyRun } from './waiters.ts';

/**
 * Takes a request to a webhook that a workflow created (`/v2/workflows/hooks/{user}/{run}/{event}`, any method) and
 * hands it to the step that waits for it, or keeps it until that step comes. `publicUrl` is the webhook's URL as the
 * workflow knows it.
 */
export async function receiveHook(
  engine: Engine,
  hook: { runId: string; eventId: string; request: Request; publicUrl: string },
): Promise<void> {
  const { runId, eventId, request, publicUrl } = hook;
  if (!engine.store.state.runs.has(runId)) throw new RequestError(404, `workflow run ${runId} not found`);
  const content = toContent(Buffer.from(await request.arrayBuffer()));
  const { protocol, host } = new URL(publicUrl);
  const received = {
    method: request.method,
    header: Object.fromEntries(request.headers),
    body: toBase64(content),
    proto: protocol.slice(0, -1),
    host,
    url: publicUrl.slice(`${protocol}//${host}`.length),
  };
  notifyRun(engine, runId, { eventId, out: Buffer.from(JSON.stringify(received)).toString('base64') });
}
