import { parseRetryDelay } from './expression.ts';
import { type FlowControl, readFlowControl } from './flow-header.ts';
import { type HeaderGroup, NAME, readDuration, readInteger } from './header-group.ts';
import { RequestError } from './request-error.ts';

/** How a message is delivered: what the `Upstash-*` headers of a publish, a callback or a run's trigger said. */
export interface Settings {
  method: string;
  /** What the endpoint receives, lower-case: the forwarded headers and the content type. */
  headers: Record<string, string>;
  /** How often a failed delivery is tried again; `undefined` on a callback means as often as its message. */
  retries?: number | undefined;
  /** `Upstash-Retry-Delay`, checked when it was accepted. */
  retryDelay?: string | undefined;
  timeoutMs?: number | undefined;
  delayMs?: number | undefined;
  flow?: FlowControl | undefined;
  labels?: string[] | undefined;
  /** `body`, `header` or `header[name]` in lower case: what API views hide. */
  redact?: string[] | undefined;
  callback?: Callback | undefined;
  failureCallback?: Callback | undefined;
}

/** Where a callback goes and how it is delivered. */
export interface Callback {
  url: string;
  settings: Settings;
}

/** Limits a request is held to; beyond them QStash answers 412. The defaults are those of the pay-as-you-go plan. */
export interface Limits {
  /** Bytes of one message's body. */
  messageBytes: number;
  /** The longest delay, sleep or wait, in ms. */
  delayMs: number;
  /** The most `Upstash-Retries` may ask for. QStash publishes no number; it refuses a million. */
  retries: number;
  /** Steps of one workflow run. */
  steps: number;
}

/** The limits of the pay-as-you-go plan (upstash.com/pricing, 2026-08). */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 10_000_000,
  delayMs: 366 * 86_400_000,
  retries: 1000,
  steps: 1000,
};

const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH']);
/** Headers that belong to one connection: forwarding them would break the next one. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Throws a 400, in QStash's words, when `url` is not an absolute http(s) URL. Host names are never resolved. */
export function checkUrl(url: string, what: string): string {
  if (!/^https?:\/\//i.test(url)) {
    throw new RequestError(400, `invalid ${what}: endpoint has invalid scheme, add http:// or https://`);
  }
  if (!URL.canParse(url)) throw new RequestError(400, `invalid ${what}: "${url}" is not a URL`);
  return url;
}

function readMethod(group: HeaderGroup): string {
  const method = group.get('method')?.toUpperCase() ?? 'POST';
  if (!METHODS.has(method)) {
    throw new RequestError(400, `invalid Upstash-Method: use one of ${[...METHODS].join(', ')}`);
  }
  return method;
}

function readRetryDelay(group: HeaderGroup): string | undefined {
  const text = group.get('retry-delay');
  if (text === undefined) return undefined;
  try {
    parseRetryDelay(text)(0);
  } catch (error) {
    throw new RequestError(400, `invalid Upstash-Retry-Delay: ${(error as Error).message}`);
  }
  return text;
}

/** Parses a comma-separated `Upstash-Label`. */
export function readLabels(group: HeaderGroup): string[] | undefined {
  const value = group.get('label');
  if (value === undefined || value.trim() === '') return undefined;
  const labels = value.split(',').map((label) => label.trim());
  if (!labels.every((label) => NAME.test(label))) {
    throw new RequestError(400, `invalid Upstash-Label "${value}": only letters, digits and -_. are allowed`);
  }
  return labels;
}

function readRedact(group: HeaderGroup): string[] | undefined {
  const value = group.get('redact-fields');
  if (value === undefined) return undefined;
  const fields = value.split(',').map((field) =>
    field
      .trim()
      .toLowerCase()
      .replace(/^headers$/, 'header'),
  );
  if (!fields.every((field) => /^(body|header|header\[[^\]]+\])$/.test(field))) {
    throw new RequestError(400, `invalid Upstash-Redact-Fields "${value}": use body, header or header[Name]`);
  }
  return fields;
}

function readForwarded(group: HeaderGroup, contentType: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (contentType !== undefined) headers['content-type'] = contentType;
  for (const [name, value] of group) {
    if (!name.startsWith('forward-')) continue;
    const forwarded = name.slice('forward-'.length);
    if (forwarded !== '' && !NOT_FORWARDED.has(forwarded)) headers[forwarded] = value;
  }
  return headers;
}

function readCallback(group: HeaderGroup, prefix: string, limits: Limits): Callback | undefined {
  const url = group.get(prefix);
  if (url === undefined) return undefined;
  checkUrl(url, `${prefix} url`);
  const own = new Map<string, string>();
  for (const [name, value] of group) {
    if (name.startsWith(`${prefix}-`)) own.set(name.slice(prefix.length + 1), value);
  }
  const settings = readDelivery(own, limits);
  settings.headers = { 'content-type': 'application/json', ...settings.headers };
  return { url, settings };
}

function readDelivery(group: HeaderGroup, limits: Limits): Settings {
  const retries = readInteger(group, 'retries');
  if (retries !== undefined && retries > limits.retries) {
    throw new RequestError(412, `maxRetries ${retries} is more than the limit of ${limits.retries}`);
  }
  const delayMs = readDuration(group, 'delay');
  if (delayMs !== undefined && delayMs > limits.delayMs) {
    throw new RequestError(412, `quota maxDelay exceeded, current limit: ${limits.delayMs / 1_000}`);
  }
  return {
    method: readMethod(group),
    headers: readForwarded(group, group.get('content-type')),
    retries,
    retryDelay: readRetryDelay(group),
    timeoutMs: readDuration(group, 'timeout'),
    delayMs,
    flow: readFlowControl(group),
  };
}

/** How often a message is retried when its publisher did not say. */
export const DEFAULT_RETRIES = 3;

/** Parses everything the headers of a message say about its delivery. Throws a 400 or 412 that names the header. */
export function readSettings(group: HeaderGroup, limits: Limits): Settings & { retries: number } {
  const delivery = readDelivery(group, limits);
  return {
    ...delivery,
    retries: delivery.retries ?? DEFAULT_RETRIES,
    labels: readLabels(group),
    redact: readRedact(group),
    callback: readCallback(group, 'callback', limits),
    failureCallback: readCallback(group, 'failure-callback', limits),
  };
}

/**
 * When a message is due, in ms: `Upstash-Not-Before` (unix seconds) wins over `Upstash-Delay`, as documented; 0 means
 * neither was given. Throws a 412 beyond the plan's longest delay.
 */
export function readNotBefore(group: HeaderGroup, at: { now: number; limits: Limits }): number {
  const seconds = readInteger(group, 'not-before');
  if (seconds !== undefined) {
    if (seconds * 1000 - at.now > at.limits.delayMs) {
      throw new RequestError(412, `quota maxDelay exceeded, current limit: ${at.limits.delayMs / 1_000}`);
    }
    return seconds * 1000;
  }
  const delayMs = readDuration(group, 'delay');
  return delayMs === undefined ? 0 : at.now + delayMs;
}
