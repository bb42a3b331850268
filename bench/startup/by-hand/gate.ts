import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';

/** A limit of 100 calls in 30 days. */
export async function POST(request: Request): Promise<Response> {
  const ratelimit = new Ratelimit({ redis: Redis.fromEnv(), limiter: Ratelimit.fixedWindow(100, '30 d') });
  const { success } = await ratelimit.limit(request.headers.get('x-user') ?? '');
  return new Response(null, { status: success ? 200 : 402 });
}
