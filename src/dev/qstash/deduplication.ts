import { createHash } from 'node:crypto';

import type { Content } from './content.ts';
import type { HeaderGroup } from './header-group.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

/** For how long a deduplication id is remembered. */
const WINDOW_MS = 10 * 60_000;

/**
 * The key under which a publish is deduplicated: `Upstash-Deduplication-Id`, or a hash of destination, headers and
 * body when the publisher asked for deduplication by content; `undefined` without either.
 */
export function deduplicationKey(
  group: HeaderGroup,
  message: { url: string; settings: Settings; content: Content },
): string | undefined {
  const id = group.get('deduplication-id');
  if (id !== undefined) return `id:${id}`;
  if (group.get('content-based-deduplication')?.toLowerCase() !== 'true') return undefined;
  const { url, settings, content } = message;
  const fields = [url, settings.method, Object.entries(settings.headers).sort(), content.data];
  return `content:${createHash('sha256').update(JSON.stringify(fields)).digest('base64url')}`;
}

/** The message already published under `key` within the window; else remembers `messageId` for it. */
export function deduplicate(
  store: Store,
  { key, messageId, now }: { key: string; messageId: string; now: number },
): string | undefined {
  const { deduplicated } = store.state;
  for (const [oldest, { until }] of deduplicated) {
    if (until > now) break;
    deduplicated.delete(oldest);
  }
  const known = deduplicated.get(key);
  if (known !== undefined) return known.messageId;
  store.commit({ type: 'deduplicates', key, messageId, until: now + WINDOW_MS });
  return undefined;
}
