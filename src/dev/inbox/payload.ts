import * as z from 'zod';
import type { StoredEmail } from './store.ts';

/** An error as Resend words it: `name` is what its client's types list. */
export interface ResendError {
  statusCode: number;
  name: string;
  message: string;
}

const MAILBOX = /^\s*(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)\s*$/;

const Mailbox = z.string().regex(MAILBOX, {
  error: 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
});
const Mailboxes = z.union([Mailbox.transform((one) => [one]), z.array(Mailbox).min(1).max(50)]);
const TagText = z.string().regex(/^[\w-]{1,256}$/, {
  error: 'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
});

/** What POST /emails takes, as far as it matters to a reader of the inbox; anything else is ignored. */
const EmailSchema = z.object({
  from: Mailbox,
  to: Mailboxes,
  cc: Mailboxes.optional(),
  bcc: Mailboxes.optional(),
  reply_to: Mailboxes.optional(),
  subject: z.string().min(1),
  html: z.string().optional(),
  text: z.string().optional(),
  headers: z.record(z.string(), z.string().regex(/^[^\r\n]*$/)).optional(),
  tags: z.array(z.object({ name: TagText, value: TagText })).optional(),
});

/** Reads one email of a request; an error says what Resend would. */
export function readEmail(
  input: unknown,
): { draft: Omit<StoredEmail, 'id' | 'at'> } | { error: ResendError } {
  const result = EmailSchema.safeParse(input);
  if (!result.success) return { error: errorOf(result.error, input) };
  const {
    cc = [],
    bcc = [],
    reply_to: replyTo = [],
    headers = {},
    tags = [],
    html,
    text,
    ...rest
  } = result.data;
  if (html === undefined && text === undefined) {
    return {
      error: { statusCode: 422, name: 'missing_required_field', message: 'Missing `html` or `text` field.' },
    };
  }
  const named = Object.fromEntries(tags.map(({ name, value }) => [name, value]));
  return { draft: { ...rest, cc, bcc, replyTo, headers, tags: named, html, text } };
}

function errorOf(error: z.ZodError, input: unknown): ResendError {
  const [issue] = error.issues;
  const field = String(issue?.path[0] ?? '');
  const isMissing = (input as Record<string, unknown> | null)?.[field] === undefined;
  return isMissing
    ? { statusCode: 422, name: 'missing_required_field', message: `Missing \`${field}\` field.` }
    : { statusCode: 422, name: 'validation_error', message: `Invalid \`${field}\` field. ${issue?.message}` };
}
