import { createEnv } from '../env/index.ts';
import { ProviderError } from '../errors/index.ts';
import { acceptEvents, createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { eventsFromBody, readBody, requireBearer } from '../sources/index.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/**
 * `POST /api/events`: takes CloudEvents 1.0, one or an array, from whoever knows SKENE_SECRET. Answers 202 once QStash has accepted
 * every run they start; otherwise 5xx, and the sender tries again.
 */
export function createEventsHandler(deployment: Deployment, options: HandlerOptions = {}): { POST: Handler } {
  const services = createServices(options.env ?? createEnv(), options);
  return {
    POST: answering(async (request) => {
      requireBearer(request.headers, services.env.secret);
      const events = eventsFromBody(await readBody(request));
      const { started, known, refused } = await acceptEvents(events, { deployment, services });
      if (refused.length > 0) {
        throw new ProviderError(
          'PROVIDER_UNAVAILABLE',
          `QStash refused ${refused.length} runs: ${refused[0]?.reason}`,
        );
      }
      return Response.json(
        { accepted: events.length, started: started.length, known: known.length },
        { status: 202 },
      );
    }),
  };
}
