import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** How a person is reached, as an identity provider told. */
export interface Contact {
  email?: string | undefined;
  name?: string | undefined;
}

/** A contact, and when it was so at its source (ms since the epoch). `addressKey` is the address hashed. */
export interface ContactNote extends Contact {
  addressKey?: string | undefined;
  at: number;
}

/** An older word never overwrites a newer one: webhooks come in any order. An empty field says that there is none. */
const NOTE = `
local held = redis.call('HGET', KEYS[1], 'at')
if held and tonumber(held) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'email', ARGV[2], 'name', ARGV[3], 'addressKey', ARGV[4])
if ARGV[4] ~= '' then redis.call('SET', KEYS[2], ARGV[5]) end
return 1`;

/** Contacts of people whom identity providers told of, for those whom the application's own tables do not know. */
export function createContacts(redis: Redis, keys: Keys) {
  /** The contacts of subjects, in one round trip; who is not known is left out. */
  async function findAll(subjects: readonly string[]): Promise<Map<string, Contact>> {
    if (subjects.length === 0) return new Map();
    const replies = await reachRedis(() => {
      const pipeline = redis.pipeline();
      for (const subject of subjects)
        for (const field of ['email', 'name']) pipeline.hget(keys.contact(subject), field);
      return pipeline.exec<Array<string | null>>();
    });
    const contacts = subjects.map((subject, index): [string, Contact] => {
      const [email, name] = [replies[2 * index], replies[2 * index + 1]];
      return [subject, { ...(email ? { email } : {}), ...(name ? { name } : {}) }];
    });
    return new Map(contacts.filter(([, { email, name }]) => email !== undefined || name !== undefined));
  }

  return {
    /** Keeps a contact, unless a newer one is known. */
    async note(subject: string, { email = '', name = '', addressKey = '', at }: ContactNote): Promise<void> {
      await reachRedis(() =>
        redis.eval(
          NOTE,
          [keys.contact(subject), keys.address(addressKey)],
          [String(at), email, name, addressKey, subject],
        ),
      );
    },

    /** The contact of a subject; its fields are left out where nothing is known. */
    async find(subject: string): Promise<Contact> {
      return (await findAll([subject])).get(subject) ?? {};
    },

    findAll,

    /** Whose address this is, or `undefined`. */
    async subjectOf(addressKey: string): Promise<string | undefined> {
      return (await reachRedis(() => redis.get<string>(keys.address(addressKey)))) ?? undefined;
    },
  };
}
