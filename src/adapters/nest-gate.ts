/** The gate in a NestJS app on Express. */
import type { ServerResponse } from 'node:http';
import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  HttpException,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError } from 'rxjs';
import type { Take } from '../gate/index.ts';
import type { GateFront } from './gate-front.ts';
import { enterNode, type NodeRequest, sendNode } from './gate-middleware.ts';

/** What {@link nestGate} gives. */
export interface NestGate {
  /**
   * Refuses, or charges what it lets through. What was charged is settled when the answer is sent, whoever made it: a later guard, the handler,
   * or a filter.
   */
  guard: CanActivate;
  /** Gives the units back before the answer is sent where the handler fails, so that a client that tries again at once is let in. */
  interceptor: NestInterceptor;
}

/**
 * The gate as a guard and an interceptor, for the whole app or, by `@UseGuards` and `@UseInterceptors`, for a controller.
 * @param subject who asks, by what guards before this one have found out; the gate's own way unless told.
 * @example
 * const { guard, interceptor } = nestGate(gate, (request) => request.user?.id);
 * providers: [
 *   { provide: APP_GUARD, useClass: AuthGuard },
 *   { provide: APP_GUARD, useValue: guard },
 *   { provide: APP_INTERCEPTOR, useValue: interceptor },
 * ]
 */
export function nestGate<TRequest extends NodeRequest>(
  front: GateFront,
  subject?: (request: TRequest) => string | null | undefined,
): NestGate {
  const takes = new WeakMap<NodeRequest, Take>();

  return {
    guard: {
      async canActivate(context) {
        if (context.getType() !== 'http') return true;
        const message = context.switchToHttp().getRequest<TRequest>();
        const response = context.switchToHttp().getResponse<ServerResponse>();
        const entry = await enterNode(front, { message, response, subject: subject?.(message) });
        if ('take' in entry) {
          takes.set(message, entry.take);
          return true;
        }
        // Sent here, as NestJS makes JSON of whatever is thrown. Its own filter leaves alone what was sent.
        await sendNode(response, entry.response);
        return false;
      },
    },
    interceptor: {
      intercept(context: ExecutionContext, next: CallHandler) {
        const take = takes.get(context.switchToHttp().getRequest<TRequest>());
        if (take === undefined) return next.handle();
        return next.handle().pipe(
          catchError(async (error: unknown) => {
            if (statusOf(error) >= 500) await take.undo();
            throw error;
          }),
        );
      },
    },
  };
}

/** As NestJS answers what is thrown. */
function statusOf(error: unknown): number {
  return error instanceof HttpException ? error.getStatus() : 500;
}
