import { createHash } from 'node:crypto';

import type { Content } from './content.ts';
import type { Settings } from './settings.ts';

/**
 * What a message is for: a plain publish; a workflow run's step; the request of `context.call`; a callback; a failure
 * callback.
 */
export type MessageKind = 'publish' | 'step' | 'call' | 'callback' | 'failure';

/** What one failed attempt came to, as logs and the dead-letter queue show it. */
export interface Failure {
  /** 0 when no answer arrived. */
  status: number;
  headers: Record<string, string[]>;
  body: Content;
  /** What went wrong, in words. */
  error: string;
  time: number;
}

/** A message that has been accepted and has neither been delivered nor given up. */
export interface Message {
  readonly id: string;
  readonly kind: MessageKind;
  readonly url: string;
  /** Absent on steps: they are delivered by their run's settings, and what a run was triggered with may be updated. */
  readonly settings?: Settings | undefined;
  /** Absent on steps: what they carry is made from their run's steps when they are delivered. */
  readonly content?: Content | undefined;
  /** When it was accepted, in ms. */
  readonly createdAt: number;
  /** When it should be delivered first, in ms; 0 when its publisher did not say. */
  readonly notBefore: number;
  /** Attempts that have failed so far. */
  attempts: number;
  /** When it is to be delivered (again), in ms. */
  due: number;
  readonly callerIp: string;
  readonly runId?: string | undefined;
  /** On steps: the index, in their run, of the last step they carry. */
  readonly stepIndex?: number | undefined;
  readonly scheduleId?: string | undefined;
  /** The failed attempts of a workflow's message: its run's log shows them. */
  failures?: Failure[] | undefined;
  /** On calls: the step they make, as its callback names it. */
  readonly call?: { stepId: number; stepName: string } | undefined;
}

/** A message as `GET /v2/messages/{id}` and its relatives show it. */
export interface MessageView {
  messageId: string;
  url: string;
  method: string;
  header: Record<string, string[]>;
  body: string;
  bodyBase64?: string | undefined;
  maxRetries: number;
  retryDelayExpression?: string | undefined;
  notBefore: number;
  createdAt: number;
  callback?: string | undefined;
  failureCallback?: string | undefined;
  scheduleId?: string | undefined;
  callerIP: string;
  flowControlKey?: string | undefined;
  parallelism?: number | undefined;
  rate?: number | undefined;
  period?: number | undefined;
  label?: string | undefined;
  labels?: string[] | undefined;
}

const redacted = (value: string): string => `REDACTED:${createHash('sha256').update(value).digest('hex')}`;

/** Headers as the API shows them: canonical names, lists of values, redacted where the publisher asked for it. */
export function viewHeaders(settings: Settings): Record<string, string[]> {
  const view: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(settings.headers)) {
    const hidden = settings.redact?.includes('header') || settings.redact?.includes(`header[${name}]`);
    view[canonicalName(name)] = [hidden ? redacted(value) : value];
  }
  return view;
}

/** Headers as {@link viewHeaders} shows them, with nothing hidden. */
export function viewHeaderValues(headers: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [canonicalName(name), [value]]));
}

/** A header's name as Go's servers write it: `content-type` becomes `Content-Type`. */
export function canonicalName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** A body as the API shows it: text in `body`, bytes in `bodyBase64`, redacted where the publisher asked for it. */
export function viewContent(content: Content, settings: Settings): { body: string; bodyBase64?: string } {
  if (settings.redact?.includes('body')) return { body: redacted(content.data) };
  return content.base64 ? { body: '', bodyBase64: content.data } : { body: content.data };
}

/** Shows a message. `settings` and `content` are what it is delivered with. */
export function viewMessage(message: Message, settings: Settings, content: Content): MessageView {
  const { flow } = settings;
  return {
    messageId: message.id,
    url: message.url,
    method: settings.method,
    header: viewHeaders(settings),
    ...viewContent(content, settings),
    maxRetries: settings.retries ?? 0,
    retryDelayExpression: settings.retryDelay,
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    callback: settings.callback?.url,
    failureCallback: settings.failureCallback?.url,
    scheduleId: message.scheduleId,
    callerIP: message.callerIp,
    flowControlKey: flow?.key,
    parallelism: flow?.parallelism,
    rate: flow?.rate,
    period: flow?.rate === undefined ? undefined : flow.period,
    label: settings.labels?.[0],
    labels: settings.labels,
  };
}
