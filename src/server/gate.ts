import type { OpenDatabase } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { createGate, type Decision, type Gate, type Take } from '../gate/index.ts';
import { acceptEvents, createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { parseJson, readBody, requireBearer } from '../sources/index.ts';
import type { KeptTablesWriter, UsageEntry } from '../usage/index.ts';
import { afterAnswer } from './after-answer.ts';
import { refusalOf } from './gate-answer.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';
import { createTablesWriter } from './tables-writer.ts';
import { usageCharge, usageEntries } from './usage-entries.ts';

/** What the function of the gate serves. */
export interface GateSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for, where usage is written down. */
  openDatabase: OpenDatabase;
}

/** A question is small; more is refused unread. */
const MOST_BYTES = 64_000;

/**
 * `POST /api/gate`: the gate for apps that cannot have it in their own process, such as one in Python. Takes `{action: 'take', subject, method,
 * path, cost?, rid?, plan?}`, answers 200 with `allowed` and, when it is not, the status and body to answer with; `{action: 'undo', subject,
 * hold}` gives a call's units back, `{action: 'commit'}` says that they stay used, which they do without, too; `{action: 'record', entries}` is
 * what a gate at the edge has counted. Behind SKENE_SECRET.
 */
export function createGateHandler(
  { deployment, openDatabase }: GateSources,
  options: HandlerOptions = {},
): { POST: Handler } {
  const env = options.env ?? createEnv();
  const services = createServices(env, options);
  const tables = createTablesWriter({ env, deployment, openDatabase, now: services.now });
  let opened: Gate | undefined;

  function gate(): Gate {
    opened ??= createGate({
      plans: deployment.plans,
      redis: env.redis,
      namespace: env.namespace,
      now: services.now,
      onEvents: async (events) => {
        const { refused } = await acceptEvents(events, { deployment, services });
        if (refused.length > 0) throw new Error(refused[0]?.reason);
      },
      onUsage: (rows) => tables.usage(usageEntries(rows)),
      bySql: (call) => tables.charge(usageCharge(call)),
    });
    return opened;
  }

  return {
    POST: answering(async (request) => {
      requireBearer(request.headers, env.secret);
      const question = readQuestion(await readBody(request, MOST_BYTES));
      const answer = await answerTo(question, { gate: gate(), tables });
      await afterAnswer(gate().settled());
      return Response.json(answer, { headers: { 'cache-control': 'no-store' } });
    }),
  };
}

type Question = Record<string, unknown>;

async function answerTo(
  question: Question,
  { gate, tables }: { gate: Gate; tables: KeptTablesWriter },
): Promise<object> {
  switch (question.action) {
    case 'take':
      return takeAnswer(await gate.take(askIn(question)));
    case 'peek':
      return decisionAnswer(await gate.peek(askIn(question)));
    case 'commit':
      return { committed: true };
    case 'undo':
      return {
        undone: await gate.undo({ subject: textIn(question, 'subject'), hold: textIn(question, 'hold') }),
      };
    case 'record': {
      const entries = entriesIn(question);
      await tables.usage(entries);
      return { recorded: entries.length };
    }
    default:
      throw new RequestError(
        'REQUEST_INVALID',
        `There is no action ${String(JSON.stringify(question.action)).slice(0, 40)}.`,
        {
          hint: 'Write take, peek, commit, undo or record.',
          where: { path: 'action' },
        },
      );
  }
}

function takeAnswer(take: Take): object {
  return { ...decisionAnswer(take), rid: take.rid, hold: take.hold };
}

function decisionAnswer(decision: Decision): object {
  const { allowed, verdict, plan, replayed, degraded, headers } = decision;
  const refusal = allowed ? {} : { refusal: refusalOf(decision) };
  return { allowed, verdict, plan, replayed, degraded, headers, ...refusal };
}

function readQuestion(body: string): Question {
  const hint = 'Write {"action": "take", "subject": …, "method": …, "path": …}.';
  const question = parseJson(body, hint);
  if (typeof question === 'object' && question !== null && !Array.isArray(question))
    return question as Question;
  throw new RequestError('REQUEST_INVALID', 'The body is not a JSON object.', { hint });
}

function askIn(question: Question) {
  const { cost, rid, plan } = question;
  return {
    subject: textIn(question, 'subject'),
    route: { method: textIn(question, 'method'), path: textIn(question, 'path') },
    // What is not a number is refused with the rest that cannot be counted.
    cost: cost === undefined ? undefined : typeof cost === 'number' ? cost : Number.NaN,
    rid: rid === undefined ? undefined : textIn(question, 'rid'),
    plan: plan === undefined ? undefined : textIn(question, 'plan'),
  };
}

function textIn(question: Question, name: string): string {
  const value = question[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new RequestError('REQUEST_INVALID', `"${name}" is missing, or not a text.`, {
    where: { path: name },
  });
}

const NUMBERS = ['periodStart', 'periodEnd', 'used', 'version'] as const;

function entriesIn({ entries }: Question): UsageEntry[] {
  const isEntry = (entry: unknown): entry is UsageEntry => {
    if (typeof entry !== 'object' || entry === null) return false;
    const { subject, feature, ...numbers } = entry as Record<string, unknown>;
    const texts = [subject, feature].every((text) => typeof text === 'string' && text !== '');
    return texts && NUMBERS.every((name) => Number.isSafeInteger(numbers[name]));
  };
  if (Array.isArray(entries) && entries.every(isEntry)) return entries;
  throw new RequestError('REQUEST_INVALID', '"entries" is not a list of counters.', {
    where: { path: 'entries' },
  });
}
