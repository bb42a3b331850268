import { isSkeneError, problemResponse } from '../errors/index.ts';

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
