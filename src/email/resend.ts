import type { Response as Answer, CreateEmailOptions, ErrorResponse, Resend } from 'resend';
import { InternalError, messageOf, ProviderError } from '../errors/index.ts';
import { addressKey, formatMailbox, type Mailbox, parseMailbox, singleLine } from './address.ts';
import { refusal } from './refusal.ts';

/** An email to send. Mailboxes are `ada@example.com` or `Ada <ada@example.com>`. */
export interface EmailMessage {
  from: string;
  to: string;
  replyTo?: string | undefined;
  subject: string;
  html: string;
  text: string;
  headers?: Record<string, string> | undefined;
  /** What the dashboard of Resend can filter by. */
  tags?: Record<string, string> | undefined;
}

/** What became of one email of a batch. */
export type BatchResult = { id: string } | { error: ProviderError };

/** Sends email. Whatever fails is a {@link ProviderError} that says whether trying again helps. */
export interface Mailer {
  /** Sends one email, once per idempotency key within 24 hours. */
  send(message: EmailMessage, options: { idempotencyKey: string }): Promise<{ id: string }>;
  /**
   * Sends up to 100 emails in one request, once per idempotency key. An address that Resend refuses does not keep the
   * others back: the results stand in the order of the messages.
   */
  sendBatch(messages: readonly EmailMessage[], options: { idempotencyKey: string }): Promise<BatchResult[]>;
}

/** What {@link createMailer} is made from. */
export interface MailerOptions {
  apiKey: string;
  baseUrl?: string | undefined;
  /** Sends to Resend's test mailbox in place of every recipient: a preview deployment mails nobody. */
  preview?: boolean | undefined;
  /** Gives up on an answer after this long; 20 s unless told. */
  timeoutMs?: number | undefined;
}

const USUAL_TIMEOUT_MS = 20_000;

/** Creates a mailer on Resend. The client is loaded with the first email. */
export function createMailer({
  apiKey,
  baseUrl,
  preview = false,
  timeoutMs = USUAL_TIMEOUT_MS,
}: MailerOptions): Mailer {
  let client: Promise<Resend> | undefined;
  const connect = (): Promise<Resend> => {
    client ??= connectResend({ apiKey, baseUrl });
    return client;
  };
  const options = (idempotencyKey: string) => ({ idempotencyKey, signal: AbortSignal.timeout(timeoutMs) });

  return {
    async send(message, { idempotencyKey }) {
      const payload = toPayload(message, preview);
      const answer = await (await connect()).emails.send(payload, options(idempotencyKey));
      return { id: dataOf(answer).id };
    },
    async sendBatch(messages, { idempotencyKey }) {
      const payload = messages.map((message) => toPayload(message, preview));
      const answer = await (await connect()).batch.send(payload, {
        ...options(idempotencyKey),
        batchValidation: 'permissive',
      });
      const { data, errors = [] } = dataOf(answer);
      const refused = new Map(errors.map(({ index, message }) => [index, message]));
      const accepted = data.values();
      return messages.map((_, index) => {
        const reason = refused.get(index);
        const id = reason === undefined ? accepted.next().value?.id : undefined;
        return id === undefined
          ? {
              error: new ProviderError(
                'PROVIDER_REJECTED',
                `Resend refused the email: ${reason ?? 'no id in its answer'}.`,
              ),
            }
          : { id };
      });
    },
  };
}

/** Resend's own client, loaded when first needed; nothing is sent yet. A request that nothing else ends is given up after 20 s. */
export async function connectResend({
  apiKey,
  baseUrl,
}: Pick<MailerOptions, 'apiKey' | 'baseUrl'>): Promise<Resend> {
  const { Resend } = await import('resend');
  return keepCauses(new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl }));
}

/**
 * The client's own transport answers a failed connection with "Unable to fetch data" and drops the cause. This one
 * differs only there: it throws, with the cause.
 */
function keepCauses(client: Resend): Resend {
  const fetchRequest: Resend['fetchRequest'] = async (path, init) => {
    const { response, body } = await exchange(`${client.baseUrl}${path}`, init);
    const headers = Object.fromEntries(response.headers);
    if (response.ok) return { data: body as never, error: null, headers };
    const error = {
      name: 'application_error',
      message: response.statusText,
      ...(body as object),
    } as ErrorResponse;
    return { data: null, error: { ...error, statusCode: response.status }, headers };
  };
  return Object.assign(client, { fetchRequest });
}

async function exchange(url: string, init?: RequestInit): Promise<{ response: Response; body: unknown }> {
  let response: Response | undefined;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(USUAL_TIMEOUT_MS), ...init });
    return { response, body: await response.json() };
  } catch (cause) {
    if (response !== undefined && !response.ok) return { response, body: {} };
    const what = response === undefined ? 'could not be reached' : 'did not finish its answer';
    throw new ProviderError('PROVIDER_UNAVAILABLE', `Resend ${what}: ${reasonOf(cause)}.`, { cause });
  }
}

/** `fetch failed` says nothing; what the system reported is its cause. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

/** What Resend answered. @throws {ProviderError} when it refused. */
export function dataOf<TData>(answer: Answer<TData>): TData {
  if (answer.error === null) return answer.data;
  throw refusal(answer.error, answer.headers?.['retry-after']);
}

function toPayload(message: EmailMessage, preview: boolean): CreateEmailOptions {
  const to = mailbox('recipient', message.to);
  const { replyTo, headers = {}, tags = {} } = message;
  return {
    from: formatMailbox(mailbox('sender', message.from)),
    to: preview ? sinkFor(to.address) : formatMailbox(to),
    ...(replyTo === undefined ? {} : { replyTo: formatMailbox(mailbox('reply address', replyTo)) }),
    subject: singleLine(message.subject),
    html: message.html,
    text: message.text,
    headers: Object.fromEntries(Object.entries(headers).map(checkHeader)),
    tags: Object.entries(tags).map(([name, value]) => ({ name: tagText(name), value: tagText(value) })),
  };
}

function mailbox(role: string, text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (parsed !== undefined) return parsed;
  throw new ProviderError(
    'PROVIDER_REJECTED',
    `The ${role} ${JSON.stringify(text)} is not an email address.`,
    {
      hint: 'Nothing was sent. An address is ada@example.com or Ada <ada@example.com>.',
    },
  );
}

/**
 * Resend's test mailbox: takes what it is sent, delivers it to nobody and reports it as delivered. The label tells
 * recipients apart without naming them.
 * @see https://resend.com/docs/dashboard/emails/send-test-emails
 */
function sinkFor(address: string): string {
  const label = addressKey(address)
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 16)
    .toLowerCase();
  return `delivered+${label}@resend.dev`;
}

function checkHeader([name, value]: [string, string]): [string, string] {
  const isSafe = /^[\w!#$%&'*+.^`|~-]+$/.test(name) && singleLine(value) === value;
  if (isSafe) return [name, value];
  throw new InternalError(`The header ${JSON.stringify(name)} would break out of its line.`);
}

/** Resend takes ASCII letters, digits, dashes and underscores, at most 256. */
function tagText(text: string): string {
  return text.replace(/[^\w-]/g, '_').slice(0, 256);
}
