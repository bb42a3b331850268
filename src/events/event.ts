import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { RequestError } from '../errors/index.ts';
import { idProblem, LONGEST_SUBJECT } from './id-problem.ts';

// Every function reads events when it is cold: zod/mini is a third of zod there.
/** A text that can be the id of something; what is wrong with one that cannot is the message. @see idProblem */
export const idText = (longest = LONGEST_SUBJECT) =>
  z.string().check(
    z.check(({ value, issues }) => {
      const problem = idProblem(value, longest);
      if (problem !== undefined) issues.push({ code: 'custom', message: `it ${problem}`, input: value });
    }),
  );
const { localeError: inEnglish } = english();

/**
 * A CloudEvents 1.0 envelope, the one form in which anything enters Skene. Unknown members are kept: they are CloudEvents
 * extension attributes.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
const EventSchema = z.looseObject({
  specversion: z._default(z.literal('1.0'), '1.0'),
  /** Unique within `source`: the same event never starts two runs. */
  id: idText(256),
  source: idText(1024),
  /** What happened, such as `project.created` or `db.users.insert`. */
  type: idText(256),
  /** The id of the user (or account) the event is about. */
  subject: z.optional(idText()),
  /** RFC 3339. */
  time: z.optional(z.iso.datetime({ offset: true })),
  data: z.optional(z.record(z.string(), z.unknown())),
});

/** A CloudEvents 1.0 envelope. `time` is RFC 3339, `subject` the id of the user the event is about. */
export interface SkeneEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject?: string | undefined;
  time?: string | undefined;
  data?: Record<string, unknown> | undefined;
  [extension: string]: unknown;
}

/**
 * Reads one event.
 * @param where how the event's place in the request reads, such as `[3]`, for the error.
 * @throws {RequestError} that names the member which is wrong.
 */
export function parseEvent(input: unknown, where = ''): SkeneEvent {
  const result = EventSchema.safeParse(input, { error: inEnglish });
  if (result.success) return result.data;
  const [problem] = result.error.issues;
  const member = problem?.path.map(String).join('.') ?? '';
  const path = [where, member].filter(Boolean).join(where === '' || member === '' ? '' : '.');
  const what = path === '' ? 'The body' : `"${path}"`;
  throw new RequestError(
    'REQUEST_INVALID',
    `${what} is not as CloudEvents 1.0 asks: ${problem?.message ?? 'unreadable'}.`,
    {
      hint: 'An event is JSON with id, source, type and, for loops about a user, subject; time is RFC 3339, data an object.',
      where: { path },
    },
  );
}
