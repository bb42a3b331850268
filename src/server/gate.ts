import { createEnv } from '../env/index.ts';
import { RequestError } from '../errors/index.ts';
import { createGate, type Decision, type Gate, type Take } from '../gate/index.ts';
import { acceptEvents, createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { readBody, requireBearer } from '../sources/index.ts';
import { afterAnswer } from './after-answer.ts';
import { refusalOf } from './gate-answer.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** A question is small; more is refused unread. */
const MOST_BYTES = 16_000;

/**
 * `POST /api/gate`: the gate for apps that cannot have it in their own process, such as one in Python. Takes `{action: 'take', subject, method,
 * path, cost?, rid?, plan?}`, answers 200 with `allowed` and, when it is not, the status and body to answer with; `{action: 'undo', subject,
 * hold}` gives a call's units back, `{action: 'commit'}` says that they stay used, which they do without, too. Behind SKENE_SECRET.
 */
export function createGateHandler(deployment: Deployment, options: HandlerOptions = {}): { POST: Handler } {
  const env = options.env ?? createEnv();
  const services = createServices(env, options);
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
    });
    return opened;
  }

  return {
    POST: answering(async (request) => {
      requireBearer(request.headers, env.secret);
      const question = readQuestion(await readBody(request, MOST_BYTES));
      const answer = await answerTo(question, gate());
      await afterAnswer(gate().settled());
      return Response.json(answer, { headers: { 'cache-control': 'no-store' } });
    }),
  };
}

type Question = Record<string, unknown>;

async function answerTo(question: Question, gate: Gate): Promise<object> {
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
    default:
      throw new RequestError('REQUEST_INVALID', `There is no action ${JSON.stringify(question.action)}.`, {
        hint: 'Write take, peek, commit or undo.',
        where: { path: 'action' },
      });
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
  let question: unknown;
  try {
    question = JSON.parse(body);
  } catch {
    question = undefined;
  }
  if (typeof question === 'object' && question !== null && !Array.isArray(question))
    return question as Question;
  throw new RequestError('REQUEST_INVALID', 'The body is not a JSON object.', {
    hint: 'Write {"action": "take", "subject": …, "method": …, "path": …}.',
  });
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
