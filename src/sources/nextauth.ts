import * as z from 'zod/mini';
import { stableHash } from '../events/index.ts';
import type { Delivery } from './delivery.ts';
import { Id, maybe, parsePayload } from './parse-payload.ts';

/** The events of NextAuth v4 and Auth.js v5 that say something about a user. */
const EVENTS = ['createUser', 'signIn', 'linkAccount', 'updateUser', 'signOut'] as const;

const PayloadSchema = z.object({
  event: z.enum(EVENTS),
  /** The same when the call is repeated; without, a call repeated is told from the next by its time alone. */
  id: maybe(Id),
  time: maybe(z.iso.datetime({ offset: true })),
  user: z.looseObject({ id: Id, email: maybe(z.string()), name: maybe(z.string()) }),
  isNewUser: maybe(z.boolean()),
  /** Which provider somebody signed in with. */
  provider: maybe(z.string()),
});

/**
 * Turns a callback of NextAuth or Auth.js into `nextauth.<event>`, such as `nextauth.createUser`.
 * @see https://authjs.dev/reference/core#events
 */
export function readNextAuth(payload: unknown, { at }: { at: number }): Delivery {
  const { event, id, time, user, isNewUser, provider } = parsePayload(PayloadSchema, payload, 'NextAuth');
  const happenedAt = time === undefined || time === null ? at : Date.parse(time);
  // Somebody is created once, whoever tells of it and however often.
  const identity = event === 'createUser' ? user.id : (id ?? stableHash([user.id, happenedAt]));
  const { email, name, image, ...rest } = user;
  return {
    events: [
      {
        specversion: '1.0',
        id: `${event}:${identity}`,
        source: 'nextauth',
        type: `nextauth.${event}`,
        subject: user.id,
        time: new Date(happenedAt).toISOString(),
        data: { ...rest, email, name, image, isNewUser, provider },
      },
    ],
    // Who signs in may come with no more than an id: that takes nothing away.
    ...(email ? { contact: { subject: user.id, email, name: name ?? undefined, at: happenedAt } } : {}),
  };
}
