import { type OpenPage, PAGE_SECONDS, readPage } from './audience-page.ts';
import { createPageClaim } from './claim-page.ts';
import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';
import { createPageSettling } from './settle-page.ts';

/** Adds to an open page who was sent to, so that this is known whatever happens to their rows. */
const MARK = `
local known = redis.call('GET', KEYS[1])
if not known then return 0 end
local page = cjson.decode(known)
page.sent = cjson.decode(ARGV[1])
redis.call('SET', KEYS[1], cjson.encode(page), 'EX', ARGV[2])
return 1`;

/**
 * Who of an audience was mailed, in which episode, and by which page. A page is claimed before it is sent and settled after; one that is
 * found claimed is sent again under the same key, by which the provider knows it.
 */
export function createEpisodes(redis: Redis, keys: Keys) {
  return {
    claim: createPageClaim(redis, keys),
    /** As {@link claim}, without claiming anybody. */
    preview: createPageClaim(redis, keys, { isDry: true }),
    ...createPageSettling(redis, keys),

    /** The page as it was claimed before, if it was. */
    async find(id: string): Promise<OpenPage | undefined> {
      const text = await reachRedis(() => redis.get<string>(keys.page(id)));
      return text === null ? undefined : readPage(text);
    },

    /** Notes who of a page was sent to, before anything else is done about it. */
    async markSent(id: string, subjects: readonly string[]): Promise<void> {
      await reachRedis(() =>
        redis.eval(MARK, [keys.page(id)], [JSON.stringify(subjects), String(PAGE_SECONDS)]),
      );
    },
  };
}
