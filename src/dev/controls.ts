import { formatDuration, parseDuration } from '../config/index.ts';
import { problemResponse, RequestError } from '../errors/index.ts';
import type { Clock } from './clock.ts';
import { requireLocal } from './local-only.ts';
import { PLAYGROUND_PATH, TEMPLATES_PATH } from './playground/index.ts';
import type { EmbeddedPostgres } from './postgres/index.ts';
import type { DevStripe } from './stripe.ts';

/** `/dev/*`: what only a local stack has: its playground, its clock, Stripe's subscriptions, and Neon's protocol before the embedded PostgreSQL. */
export function createControls({
  clock,
  postgres,
  stripe,
  playground,
}: {
  clock: Clock;
  postgres: EmbeddedPostgres | undefined;
  stripe: DevStripe;
  playground: (request: Request) => Promise<Response>;
}) {
  return async (request: Request): Promise<Response> => {
    try {
      const { pathname } = new URL(request.url);
      requireLocal(request);
      if (pathname === PLAYGROUND_PATH || pathname === TEMPLATES_PATH) return await playground(request);
      if (pathname.startsWith('/dev/neon') && postgres !== undefined)
        return await postgres.handleNeon(request);
      if (pathname === '/dev/stripe') return await stripe.control(request);
      if (pathname === '/dev/clock') return await moveClock(request, clock);
      throw new RequestError('NOT_FOUND', `There is nothing at ${pathname}.`);
    } catch (error) {
      return problemResponse(error);
    }
  };
}

/** `GET /dev/clock` tells the time; `POST` with `{"advance": "5m"}` or `{"advance": "next"}` moves it. */
async function moveClock(request: Request, clock: Clock): Promise<Response> {
  if (request.method === 'POST') {
    const body = (await request.json().catch(() => ({}))) as { advance?: unknown };
    const advance = typeof body.advance === 'string' ? body.advance : '';
    const seconds = parseDuration(advance);
    if (advance !== 'next' && seconds === undefined) {
      throw new RequestError('REQUEST_INVALID', `"${advance}" is not a duration.`, {
        hint: 'Send {"advance": "5m"} or {"advance": "next"}.',
      });
    }
    if (seconds === undefined) await clock.advanceToNext();
    else await clock.advance(seconds * 1000);
  }
  const next = clock.next();
  return Response.json({
    now: new Date(clock.now()).toISOString(),
    next:
      next === undefined
        ? null
        : { at: new Date(next).toISOString(), in: formatDuration(Math.max(0, next - clock.now()) / 1000) },
  });
}
