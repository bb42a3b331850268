import type { Env } from '../env/index.ts';
import { isSkeneError, problemResponse } from '../errors/index.ts';

import type { ServiceOptions } from '../intake/index.ts';

/** What a host may put in place of the process's environment, clock and silence. */
export interface HandlerOptions extends ServiceOptions {
  env?: Env;
}

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** Turns whatever a handler throws into a problem document; what nobody foresaw is logged, and reported without its details. */
export function answering(handler: Handler): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (!isSkeneError(error)) console.error(`${request.method} ${new URL(request.url).pathname}`, error);
      return problemResponse(
        error,
        isSkeneError(error, 'UNAUTHORIZED') ? { 'www-authenticate': 'Bearer' } : {},
      );
    }
  };
}
