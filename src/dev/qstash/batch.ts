import type { Engine } from './engine.ts';
import { collectHeaders } from './header-group.ts';
import { type Publication, publishGroup } from './publish.ts';
import { notAvailable, RequestError } from './request-error.ts';
import { readWorkflowHeaders } from './workflow/headers.ts';
import type { Published } from './workflow/submit.ts';

/** One item of a batch, checked. */
export type BatchItem = Omit<Publication, 'headers' | 'callerIp'> & { headers: Array<[string, string]> };

function readHeaders(value: unknown, index: number): Array<[string, string]> {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new RequestError(400, `batch[${index}].headers must be an object`);
  }
  return Object.entries(value).map(([name, one]): [string, string] => {
    const text: unknown = Array.isArray(one) ? one[0] : one;
    if (typeof text !== 'string')
      throw new RequestError(400, `batch[${index}].headers["${name}"] must be a string`);
    return [name, text];
  });
}

/** Checks the body of a batch request: an array of items. Throws a 400 that names what is wrong, or a 501 for queues. */
export function readBatch(body: unknown): BatchItem[] {
  if (!Array.isArray(body)) throw new RequestError(400, 'a batch must be a JSON array of messages');
  return body.map((value: unknown, index): BatchItem => {
    if (typeof value !== 'object' || value === null)
      throw new RequestError(400, `batch[${index}] must be an object`);
    const item = value as Record<string, unknown>;
    const { destination, body: content } = item;
    if (typeof destination !== 'string')
      throw new RequestError(400, `batch[${index}].destination must be a string`);
    if (content !== undefined && content !== null && typeof content !== 'string') {
      throw new RequestError(400, `batch[${index}].body must be a string`);
    }
    if (item.queue !== undefined && item.queue !== null) throw notAvailable('Queues');
    return { destination, headers: readHeaders(item.headers, index), content: { data: content ?? '' } };
  });
}

/** The answer for an item that was refused. */
export interface Refused {
  error: string;
}

/**
 * Publishes every item. A refused plain message or trigger has its error in its place, and the others are sent; what a
 * run that is under way submits fails the whole request instead, because the SDK looks at the status only.
 */
export function publishBatch(
  engine: Engine,
  items: BatchItem[],
  callerIp: string,
): Array<Published | Refused> {
  return items.map((item) => {
    let belongsToRun = false;
    try {
      const group = collectHeaders(item.headers);
      belongsToRun = readWorkflowHeaders(group)?.init === false;
      return publishGroup(engine, group, { ...item, callerIp });
    } catch (error) {
      if (!(error instanceof RequestError) || belongsToRun || error.status === 501) throw error;
      return { error: error.message };
    }
  });
}
