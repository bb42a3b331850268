import { type Content, countBytes } from './content.ts';
import { deduplicate, deduplicationKey } from './deduplication.ts';
import type { Engine } from './engine.ts';
import { collectHeaders, type HeaderGroup } from './header-group.ts';
import { createId } from './identifiers.ts';
import { notAvailable, RequestError } from './request-error.ts';
import { checkUrl, readNotBefore, readSettings } from './settings.ts';
import { readWorkflowHeaders } from './workflow/headers.ts';
import { type Published, submit } from './workflow/submit.ts';

/** A message as a publisher hands it in. */
export interface Publication {
  /** As it stood in the path or the batch item. */
  destination: string;
  headers: Iterable<readonly [string, string]>;
  content: Content;
  callerIp: string;
}

/** Names of URL groups and of QStash's own APIs can stand where a URL can. */
const GROUP_NAME = /^[A-Za-z0-9_-]+$/;

/** The destination of a publish as a URL. Throws a 400 in QStash's words, or a 501 for what is not available here. */
export function checkDestination(destination: string): string {
  const url = /^https?%3A/i.test(destination) ? decode(destination) : destination;
  if (GROUP_NAME.test(url)) throw notAvailable(`URL groups (destination "${url}")`);
  if (/^api\/[a-z]+$/.test(url)) throw notAvailable(`Upstash's own APIs (destination "${url}")`);
  return checkUrl(url, 'destination url');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestError(400, `invalid destination url: "${text}" is not percent-encoded`);
  }
}

/** Checks the size of a body. Throws a 412 beyond the plan's limit. */
export function checkSize(engine: Engine, content: Content): void {
  const limit = engine.options.limits.messageBytes;
  const size = countBytes(content);
  if (size > limit)
    throw new RequestError(412, `message size ${size} is more than the limit of ${limit} bytes`);
}

/** Accepts a message: a plain one, or one of a workflow run. Throws what is wrong with it. */
export function publish(engine: Engine, publication: Publication): Published {
  const group = collectHeaders(publication.headers);
  return publishGroup(engine, group, publication);
}

/** As {@link publish}, with the headers already collected. */
export function publishGroup(
  engine: Engine,
  group: HeaderGroup,
  publication: Omit<Publication, 'headers'>,
): Published {
  const url = checkDestination(publication.destination);
  const { content, callerIp } = publication;
  checkSize(engine, content);
  if (group.has('queue-name')) throw notAvailable('Queues');
  const { limits } = engine.options;
  const settings = readSettings(group, limits);
  const now = engine.clock.now();
  const notBefore = readNotBefore(group, { now, limits });
  const workflow = readWorkflowHeaders(group);
  if (workflow !== undefined)
    return submit(engine, { workflow, url, settings, content, notBefore, callerIp });
  const id = createId('msg');
  const key = deduplicationKey(group, { url, settings, content });
  const duplicated = key === undefined ? undefined : deduplicate(engine.store, { key, messageId: id, now });
  if (duplicated !== undefined) return { messageId: duplicated, deduplicated: true };
  const due = Math.max(now, notBefore);
  engine.accept({
    id,
    kind: 'publish',
    url,
    settings,
    content,
    createdAt: now,
    notBefore,
    attempts: 0,
    due,
    callerIp,
  });
  return { messageId: id };
}
