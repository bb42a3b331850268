import type { ErrorCode } from './codes.ts';

/** A place in a file of the user's: lines and columns count from 1, `path` is the way into the config (`loops[0].id`). */
export interface Place {
  file?: string | undefined;
  path?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
}

/** What a {@link SkeneError} is made from. */
export interface SkeneErrorOptions {
  /** What to do about it, as a sentence. */
  hint?: string | undefined;
  where?: Place | undefined;
  cause?: unknown;
}

const BRAND = Symbol.for('skene.error');

/** The base of all errors that Skene throws on purpose. Tell them apart by `code`, see {@link isSkeneError}. */
export class SkeneError extends Error {
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: Place | undefined;

  constructor(code: ErrorCode, message: string, options: SkeneErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.where = options.where;
  }
}

/** Codes of {@link ConfigError}. */
export type ConfigErrorCode = Extract<
  ErrorCode,
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_INVALID'
  | 'TEMPLATE_NOT_FOUND'
  | 'TEMPLATE_INVALID'
  | 'VARIABLE_MISSING'
  | 'QUERY_FAILED'
  | 'ACTION_NOT_FOUND'
>;

/** The author of the loops has to act: the config, a template or a query is wrong. Trying again does not help. */
export class ConfigError extends SkeneError {
  constructor(code: ConfigErrorCode, message: string, options?: SkeneErrorOptions) {
    super(code, message, options);
  }
}

/** Codes of {@link RequestError}. */
export type RequestErrorCode = Extract<
  ErrorCode,
  | 'UNAUTHORIZED'
  | 'SIGNATURE_INVALID'
  | 'REQUEST_INVALID'
  | 'BODY_TOO_LARGE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
>;

/** The sender of a request has to act: it is forged, malformed, too large or goes nowhere. */
export class RequestError extends SkeneError {
  constructor(code: RequestErrorCode, message: string, options?: SkeneErrorOptions) {
    super(code, message, options);
  }
}

/** The operator has to act: a variable, a flag or a permission is missing or wrong. */
export class EnvError extends SkeneError {
  constructor(
    code: Extract<ErrorCode, 'ENV_MISSING' | 'ENV_INVALID' | 'USAGE'>,
    message: string,
    options?: SkeneErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** Codes of {@link ProviderError}. */
export type ProviderErrorCode = Extract<
  ErrorCode,
  'PROVIDER_UNAVAILABLE' | 'PROVIDER_REJECTED' | 'RATE_LIMITED' | 'SEND_UNKNOWN'
>;

/** A service we depend on (database, Redis, QStash, Resend) did not do what it was asked. */
export class ProviderError extends SkeneError {
  /** How long the provider asks us to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProviderErrorCode,
    message: string,
    options: SkeneErrorOptions & { retryAfterSeconds?: number | undefined } = {},
  ) {
    super(code, message, options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A defect of Skene's own, or a part of the language that this version does not run yet. */
export class InternalError extends SkeneError {
  constructor(message: string, options?: SkeneErrorOptions & { code?: 'INTERNAL' | 'NOT_IMPLEMENTED' }) {
    super(options?.code ?? 'INTERNAL', message, options);
  }
}

/**
 * Whether `error` was thrown by Skene, and, if a code is given, whether it is that one. Works by a brand and not by
 * class, because bundlers may put two copies of a package into one program.
 */
export function isSkeneError(error: unknown, code?: ErrorCode): error is SkeneError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as SkeneError).code === code;
}

/** Says what went wrong in one line, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return typeof error === 'string' ? error : JSON.stringify(error);
}
