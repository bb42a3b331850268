/**
 * `@skene/sdk/express`: all functions as middleware for Express, or whatever else takes Node's own request and response.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { EnvError, problemResponse } from '../errors/index.ts';
import { type Compiled, type MountOptions, skene as mount } from './web.ts';

/** Answers every request it is given; it calls no next middleware. */
export type Middleware = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Mounts the functions in an Express app, before a body parser: signatures are made over the bytes that came.
 * @param compiled what `skene build` wrote.
 * @example
 * app.use('/api/skene', skene(compiled));
 * app.use(express.json());
 */
export function skene(compiled: Compiled, options: MountOptions = {}): Middleware {
  const functions = mount(compiled, options);
  const listener = getRequestListener(functions, { overrideGlobalObjects: false });
  const refusal = getRequestListener(() => problemResponse(bodyIsGone()), { overrideGlobalObjects: false });
  return (request, response) => (isBodyGone(request) ? refusal : listener)(request, response);
}

/** A parser has read the body and did not keep its bytes, as NestJS does with `rawBody: true`. */
function isBodyGone(request: IncomingMessage & { rawBody?: unknown }): boolean {
  return request.readableEnded && request.rawBody === undefined;
}

function bodyIsGone(): EnvError {
  return new EnvError('USAGE', 'A body parser has read the request, and its signature cannot be verified.', {
    hint: 'Mount Skene before the parser, as SkeneModule of @skene/sdk/nest does.',
  });
}
