import { type EmailMessage, isAddress } from '../email/index.ts';
import { isSkeneError, messageOf } from '../errors/index.ts';
import type { PlanAction, PlanEmail } from '../plan/index.ts';
import { composeEmail } from './compose.ts';
import { RETRY_WINDOW_MS } from './email.ts';
import { type ActionContext, type ActionSite, performAction } from './perform.ts';

/** What is done for one subject of a page. */
export interface PageItem {
  action: PlanAction;
  site: ActionSite;
}

/** What became of it. Where it is not certain that nothing was done, `stands` is true: it must not be done again. */
export interface PageResult {
  outcome: 'sent' | 'done' | 'failed';
  reason: string;
  stands: boolean;
}

/** What became of a page. */
export interface PageSent {
  /** In the order of the items. */
  results: PageResult[];
  /**
   * What the provider said: it has taken these emails, or took the page before, with other content (somebody's data has changed since);
   * or it was not asked.
   */
  answer: 'taken' | 'repeat' | 'none';
}

/** One sending of a page. */
export interface PageSending {
  /** The same at every attempt: by it the provider knows a page that it has taken already. */
  key: string;
  /** When the page was first tried, ms since the epoch. */
  firstTriedAt: number;
  /** Waits until the provider takes another request. */
  pace: () => Promise<void>;
}

/**
 * Does what a page of an audience is due: emails in one request, anything else one by one. What is wrong with one subject is its result
 * and stops nobody else's.
 * @throws {SkeneError} when the page as a whole could not be sent; PROVIDER_REJECTED and RATE_LIMITED say that certainly nothing was.
 */
export async function sendPage(
  items: readonly PageItem[],
  sending: PageSending,
  context: ActionContext,
): Promise<PageSent> {
  const results = new Map<PageItem, PageResult>();
  const letters: Letter[] = [];
  for (const item of items) {
    const { action } = item;
    const done =
      action.type === 'email'
        ? await compose(item, action, context)
        : await perform(item, sending.key, context);
    if ('message' in done) letters.push(done);
    else results.set(item, done);
  }
  const sent = await sendLetters(letters, sending, context);
  for (const [index, { item }] of letters.entries()) {
    const result = sent.answer === 'repeat' ? SENT : sent.results[index];
    if (result !== undefined) results.set(item, result);
  }
  return { results: items.map((item) => results.get(item) ?? UNKNOWN), answer: sent.answer };
}

interface Letter {
  item: PageItem;
  message: EmailMessage;
}

const UNKNOWN: PageResult = {
  outcome: 'failed',
  reason: 'nobody knows whether it was sent: the last attempt was more than 23 hours ago',
  stands: true,
};

async function compose(
  item: PageItem,
  email: PlanEmail,
  context: ActionContext,
): Promise<Letter | PageResult> {
  const to = item.site.scope.user.email;
  if (typeof to !== 'string' || !isAddress(to)) return failed('not an address');
  try {
    return { item, message: await composeEmail(email, { ...item.site, to }, context) };
  } catch (error) {
    if (isSkeneError(error, 'VARIABLE_MISSING') || isSkeneError(error, 'TEMPLATE_INVALID'))
      return failed(messageOf(error));
    throw error;
  }
}

async function perform(
  { action, site }: PageItem,
  page: string,
  context: ActionContext,
): Promise<PageResult> {
  try {
    // Its idempotency key begins with the run's id; another run may have to repeat it, and it has to tell subjects apart.
    await performAction(action, { ...site, runId: `${page}/${site.subject}` }, context);
    return { outcome: 'done', reason: '', stands: true };
  } catch (error) {
    return failed(messageOf(error));
  }
}

async function sendLetters(
  letters: readonly Letter[],
  { key, firstTriedAt, pace }: PageSending,
  { mailer, now }: ActionContext,
): Promise<PageSent> {
  if (letters.length === 0 || now() - firstTriedAt > RETRY_WINDOW_MS) return { results: [], answer: 'none' };
  await pace();
  try {
    const messages = letters.map(({ message }) => message);
    const answers = await (await mailer()).sendBatch(messages, { idempotencyKey: key });
    const results = answers.map((answer) => ('id' in answer ? SENT : failed(answer.error.message)));
    return { results, answer: 'taken' };
  } catch (error) {
    if (isSkeneError(error, 'SEND_UNKNOWN')) return { results: [], answer: 'repeat' };
    throw error;
  }
}

const SENT: PageResult = { outcome: 'sent', reason: '', stands: true };

function failed(reason: string): PageResult {
  return { outcome: 'failed', reason, stands: false };
}
