import type { ErrorCode } from './codes.ts';
import { isSkeneError } from './skene-error.ts';

/** An RFC 9457 problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  /** The place in the request that is wrong, such as `data.id` or `[3].type`. */
  field?: string;
}

/** The HTTP status that says the same as an error code. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'REQUEST_INVALID':
      return 400;
    case 'UNAUTHORIZED':
    case 'SIGNATURE_INVALID':
      return 401;
    case 'NOT_FOUND':
      return 404;
    case 'METHOD_NOT_ALLOWED':
      return 405;
    case 'BODY_TOO_LARGE':
      return 413;
    case 'NOT_IMPLEMENTED':
      return 501;
    case 'PROVIDER_UNAVAILABLE':
    case 'RATE_LIMITED':
      return 503;
    case 'PROVIDER_REJECTED':
    case 'SEND_UNKNOWN':
      return 502;
    case 'CONFIG_NOT_FOUND':
    case 'CONFIG_INVALID':
    case 'TEMPLATE_NOT_FOUND':
    case 'TEMPLATE_INVALID':
    case 'VARIABLE_MISSING':
    case 'QUERY_FAILED':
    case 'ACTION_NOT_FOUND':
    case 'ENV_MISSING':
    case 'ENV_INVALID':
    case 'USAGE':
    case 'INTERNAL':
      return 500;
  }
}

/**
 * Turns anything thrown into a problem document (RFC 9457). What we did not foresee is reported without its message:
 * it may hold a secret or a row.
 */
export function problemOf(error: unknown): Problem {
  const known = isSkeneError(error);
  const code = known ? error.code : 'INTERNAL';
  return {
    type: `urn:skene:error:${code.toLowerCase().replaceAll('_', '-')}`,
    title: code.toLowerCase().replaceAll('_', ' '),
    status: statusOf(code),
    detail: known
      ? [error.message, error.hint].filter(Boolean).join(' ')
      : 'Something went wrong on our side; the sender may try again.',
    code,
    ...(known && error.where?.path !== undefined ? { field: error.where.path } : {}),
  };
}

/** Answers with the problem document of `error`. */
export function problemResponse(error: unknown, headers: Record<string, string> = {}): Response {
  const problem = problemOf(error);
  return Response.json(problem, {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}
