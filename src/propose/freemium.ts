import { posix } from 'node:path';
import type { Inspection } from '../inspect/index.ts';
import { entry, literal, object } from './code.ts';
import type { DraftContext, LoopDraft } from './draft.ts';
import { type Question, shownPlace } from './question.ts';
import { upgradeTemplate } from './templates.ts';
import { emailAction, nameEntry } from './user-values.ts';

const UNKNOWN = '/api/features/*';

/** The loop that ends a free plan's use at its limit and asks whoever reached it to upgrade. */
export function draftFreemium({ inspection, users, answers }: DraftContext): LoopDraft {
  const endpoints = endpointsOf(inspection.routes);
  const endpoint = answers.endpoint ?? endpoints[0] ?? UNKNOWN;
  const counted = [...(users?.usage ?? []), ...(users?.subscriptions ?? [])].flatMap(
    ({ evidence }) => evidence,
  );
  return {
    type: 'freemium',
    opinion: 'Whoever meets the limit of the free plan has seen enough to pay for it',
    step: [
      entry(
        'trigger',
        object(
          entry('type', literal('api')),
          entry('endpoint', literal(endpoint)),
          entry('method', literal('POST')),
        ),
        endpointNotes(inspection.routes, { endpoints, isAnswered: answers.endpoint !== undefined }),
      ),
      entry(
        'condition',
        object(
          entry('type', literal('usage')),
          entry(
            'limit',
            object(entry('free', literal(100)), entry('paid', { kind: 'text', text: 'Infinity' })),
            ['What your plans include, in requests; choose your own numbers.'],
          ),
          entry('period', literal('30d')),
        ),
        counted.map((one) => `${shownPlace(one)} ${one.why}`),
      ),
      entry(
        'action',
        object(
          entry('type', literal('block')),
          entry('message', literal("You've reached your free tier limit. Upgrade to continue.")),
          entry('upgradePrompt', emailAction('upgrade_prompt', [nameEntry(users)])),
        ),
      ),
    ],
    recovery: object(
      entry('retries', literal(0), [
        'A request that is blocked is answered at once; there is nothing to try again.',
      ]),
    ),
    template: upgradeTemplate(),
    tables: [],
    questions: endpoints.length === 1 ? [] : [endpointQuestion(endpoints)],
  };
}

/** The endpoints that one glob covers, those with the most routes first. */
function endpointsOf(routes: Inspection['routes']): string[] {
  const folders = new Map<string, string[]>();
  for (const { endpoint } of routes) {
    const folder = posix.dirname(endpoint);
    // Directly below /api each route is a thing of its own.
    const key = folder === '/api' ? endpoint : folder;
    folders.set(key, [...(folders.get(key) ?? []), endpoint]);
  }
  return [...folders]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([folder, [first = '', ...more]]) => (more.length === 0 ? first : `${folder}/*`));
}

function endpointNotes(
  routes: Inspection['routes'],
  { endpoints, isAnswered }: { endpoints: readonly string[]; isAnswered: boolean },
): string[] {
  if (endpoints.length === 0 && !isAnswered)
    return [
      'No route was found that answers POST: write the path of what the free plan limits, such as /api/features/*.',
    ];
  const places = routes.slice(0, 3).map((route) => `${shownPlace(route)} answers POST ${route.endpoint}`);
  const others = endpoints.slice(1, 6);
  return isAnswered || others.length === 0
    ? places
    : [...places, `Which of them does the free plan limit? It is not certain. Or: ${others.join(', ')}`];
}

function endpointQuestion(endpoints: readonly string[]): Question {
  return {
    id: 'endpoint',
    message: 'Which requests does the free plan limit? A path such as /api/features/*.',
    choices: endpoints.map((endpoint) => ({ value: endpoint, label: `POST ${endpoint}` })),
    usual: endpoints[0] ?? UNKNOWN,
  };
}
