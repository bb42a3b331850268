import { variablesOf } from '../../email/index.ts';
import { isSkeneError } from '../../errors/index.ts';
import { type CheckContext, emailsOf, type Finding } from './context.ts';
import { rootOf } from './emails.ts';

/** What Liquid in the config may speak of. */
const ROOTS = ['user', 'row', 'event'];

/** A piece of Liquid in the config. */
interface Piece {
  source: string;
  path: Array<string | number>;
  /** Names it may use besides `user`, `row` and `event`. */
  names: readonly string[];
}

/** Personalization and subject lines are Liquid, and speak only of what there is. */
export async function checkPersonalization({ config }: CheckContext): Promise<Finding[]> {
  const pieces = emailsOf(config).flatMap(({ email, path }) => [
    ...piecesOf(email, path),
    ...(email.variants ?? []).flatMap((variant, index) =>
      piecesOf(
        { subject: variant.subject, personalization: variant.personalization },
        [...path, 'variants', index],
        Object.keys(email.personalization ?? {}),
      ),
    ),
  ]);
  return (await Promise.all(pieces.map(checkPiece))).flat();
}

function piecesOf(
  {
    subject,
    personalization = {},
  }: { subject?: string | undefined; personalization?: Record<string, string> | undefined },
  path: Array<string | number>,
  inherited: readonly string[] = [],
): Piece[] {
  const values = Object.entries(personalization).map(([name, source]) => ({
    source,
    path: [...path, 'personalization', name],
    names: [],
  }));
  if (subject === undefined) return values;
  return [
    ...values,
    {
      source: subject,
      path: [...path, 'subject'],
      names: [...inherited, ...Object.keys(personalization), 'unsubscribeUrl'],
    },
  ];
}

async function checkPiece({ source, path, names }: Piece): Promise<Finding[]> {
  try {
    const allowed = [...ROOTS, ...names];
    const strange = (await variablesOf({ source, label: 'It' })).find(
      (variable) => !allowed.includes(rootOf(variable)),
    );
    if (strange === undefined) return [];
    return [
      {
        code: 'template_variable',
        path,
        message: `speaks of ${strange}, which nothing supplies`,
        hint: `Write one of {{user.…}} (the user's row), {{row.…}} (the row that matched) or {{event.…}} (what started the run)${names.length > 0 ? ', or a name of the personalization' : ''}.`,
        offset: Math.max(0, source.indexOf(strange)),
      },
    ];
  } catch (error) {
    if (!isSkeneError(error, 'TEMPLATE_INVALID')) throw error;
    return [
      {
        code: 'template_syntax',
        path,
        message: `is not Liquid: ${reasonOf(error.message)}`,
        hint: 'Write plain text, or {{user.name}}.',
      },
    ];
  }
}

/** What Liquid itself says, without what the message is wrapped in. */
function reasonOf(message: string): string {
  return message.replace(/^It cannot be rendered: /, '').replace(/, line:\d+, col:\d+\.?$/, '');
}
