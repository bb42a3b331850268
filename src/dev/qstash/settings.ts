import { parseDuration } from './duration.ts';
import { parseRetryDelay } from './expression.ts';
import { RequestError } from './request-error.ts';

/** A flow-control key and the limits a message brings for it. */
export interface FlowControl {
  key: string;
  parallelism?: number | undefined;
  rate?: number | undefined;
  /** The length of the rate's period in seconds. */
  period: number;
}

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
const NAME = /^[A-Za-z0-9._-]+$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

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

/** The `Upstash-*` headers of one message under lower-case names without their prefix. */
export type HeaderGroup = ReadonlyMap<string, string>;

const PREFIX = 'upstash-';

/**
 * Collects the `upstash-*` headers of a request or batch item (and its content type, as `content-type`).
 * Throws a 400 for names and values that are no HTTP headers.
 */
export function collectHeaders(headers: Iterable<readonly [string, string]>): HeaderGroup {
  const group = new Map<string, string>();
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    if (name !== 'content-type' && !name.startsWith(PREFIX)) continue;
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new RequestError(400, `invalid header ${JSON.stringify(rawName)}`);
    }
    group.set(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name, value);
  }
  return group;
}

/** Throws a 400, in QStash's words, when `url` is not an absolute http(s) URL. Host names are never resolved. */
export function checkUrl(url: string, what: string): string {
  if (!/^https?:\/\//i.test(url)) {
    throw new RequestError(400, `invalid ${what}: endpoint has invalid scheme, add http:// or https://`);
  }
  if (!URL.canParse(url)) throw new RequestError(400, `invalid ${what}: "${url}" is not a URL`);
  return url;
}

function readInteger(group: HeaderGroup, name: string): number | undefined {
  const value = group.get(name);
  if (value === undefined) return undefined;
  if (!/^\s*\d{1,15}\s*$/.test(value)) {
    throw new RequestError(400, `invalid Upstash-${name}: "${value}" is not a whole number`);
  }
  return Number(value);
}

function readDuration(group: HeaderGroup, name: string): number | undefined {
  const value = group.get(name);
  if (value === undefined) return undefined;
  const duration = parseDuration(value);
  if (duration === undefined) {
    throw new RequestError(
      400,
      `invalid Upstash-${name}: "${value}" is not a duration such as 10s or 1d10h30m`,
    );
  }
  return duration;
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

function readLimit(text: string, name: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new RequestError(
      400,
      `invalid Upstash-Flow-Control-Value: ${name} "${text}" is not a positive number`,
    );
  }
  return Number(text);
}

/** Parses `Upstash-Flow-Control-Key` and `-Value` (`parallelism=1, rate=2, period=1m`, in any order). */
export function readFlowControl(group: HeaderGroup): FlowControl | undefined {
  const key = group.get('flow-control-key');
  const value = group.get('flow-control-value');
  if (key === undefined && value === undefined) return undefined;
  if (key === undefined || value === undefined) {
    throw new RequestError(
      400,
      'Upstash-Flow-Control-Key and Upstash-Flow-Control-Value must be sent together',
    );
  }
  if (!NAME.test(key)) {
    throw new RequestError(400, 'invalid Upstash-Flow-Control-Key: only letters, digits and -_. are allowed');
  }
  const flow: FlowControl = { key, period: 1 };
  for (const part of value.split(',')) {
    const [name = '', text = ''] = part.split('=').map((side) => side.trim());
    if (name === 'parallelism') flow.parallelism = readLimit(text, name);
    else if (name === 'rate' || name === 'ratePerSecond') flow.rate = readLimit(text, name);
    else if (name === 'period') flow.period = readPeriod(text);
    else throw new RequestError(400, `invalid Upstash-Flow-Control-Value: unknown "${name}"`);
  }
  if (flow.parallelism === undefined && flow.rate === undefined) {
    throw new RequestError(400, 'invalid Upstash-Flow-Control-Value: give parallelism, rate or both');
  }
  return flow;
}

function readPeriod(text: string): number {
  const periodMs = parseDuration(text);
  if (periodMs === undefined || periodMs < 1000) {
    throw new RequestError(
      400,
      `invalid Upstash-Flow-Control-Value: period "${text}" is not a duration from 1s`,
    );
  }
  return periodMs / 1000;
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
    throw new RequestError(412, `delay is longer than the limit of ${limits.delayMs / 86_400_000} days`);
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
      throw new RequestError(
        412,
        `notBefore is later than the limit of ${at.limits.delayMs / 86_400_000} days`,
      );
    }
    return seconds * 1000;
  }
  const delayMs = readDuration(group, 'delay');
  return delayMs === undefined ? 0 : at.now + delayMs;
}
