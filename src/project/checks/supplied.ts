import { variablesOf } from '../../email/index.ts';
import { isSkeneError } from '../../errors/index.ts';
import { tableNamed } from '../schema.ts';
import { closestName } from './closest-name.ts';
import { type CheckContext, type Finding, type PlacedStep, stepsOf } from './context.ts';
import { summaryOf } from './schema.ts';

type Path = Finding['path'];

/** What `user`, `row` or `event` has in an email: its names, and who says so. */
interface Supply {
  names: readonly string[];
  /** `the query`, `users (schema.sql:1)` */
  by: string;
  isCertain: boolean;
}

/** What emails of a step may speak of; what is not known of is left out. */
type Supplies = Partial<Record<'user' | 'row' | 'event', Supply>>;

/** A text of an email, and where it stands. */
interface Piece {
  source: string;
  path: Path;
}

/** What an email says of the user, the row and the event is there to be said: the query answers with it, the table has it. */
export async function checkSupplied(context: CheckContext): Promise<Finding[]> {
  const findings = stepsOf(context.config).flatMap((placed) =>
    piecesOf(placed).map((piece) => checkPiece(piece, suppliesOf(placed, context))),
  );
  return (await Promise.all(findings)).flat();
}

function piecesOf({ step, path }: PlacedStep): Piece[] {
  const { action } = step;
  if (action.type !== 'email') return [];
  const at = [...path, 'action'];
  const versions = [
    { content: action, at },
    ...(action.variants ?? []).map((variant, index) => ({
      content: variant,
      at: [...at, 'variants', index],
    })),
  ];
  return versions.flatMap(({ content: { subject, personalization = {} }, at: place }) => [
    ...(subject === undefined ? [] : [{ source: subject, path: [...place, 'subject'] }]),
    ...Object.entries(personalization).map(([name, source]) => ({
      source,
      path: [...place, 'personalization', name],
    })),
  ]);
}

function suppliesOf({ step, trigger }: PlacedStep, context: CheckContext): Supplies {
  const { config, schema } = context;
  const own = [config.users.id, config.users.email, config.users.name, 'id', 'email', 'name'];
  const supplyOf = (name: string): Supply | undefined => {
    const table = schema && tableNamed(schema, name);
    return (
      table && {
        names: table.columns.map((column) => column.name),
        by: `${name} (${table.place})`,
        isCertain: table.isCertain,
      }
    );
  };
  const answer = answerOf({ step, trigger }, context, supplyOf);
  if (trigger?.type === 'schedule') {
    // The rows of the audience are those of the loop's first step.
    const isFirst = step.trigger !== undefined;
    if (!isFirst || answer === undefined) return {};
    return { row: answer, user: { ...answer, names: [...answer.names, ...own] } };
  }
  const users = supplyOf(config.users.table);
  // Who has no row in it is known by what the event says.
  const hasRow = trigger?.type === 'database';
  const event = trigger?.type === 'database' ? supplyOf(trigger.table) : undefined;
  return {
    ...(answer && { row: answer }),
    ...(users && {
      user: { ...users, names: [...users.names, ...own], isCertain: users.isCertain && hasRow },
    }),
    ...(event && { event }),
  };
}

/** The columns that the step's query answers with. */
function answerOf(
  { step: { condition }, trigger }: Pick<PlacedStep, 'step' | 'trigger'>,
  { dialects }: CheckContext,
  supplyOf: (table: string) => Supply | undefined,
): Supply | undefined {
  if (condition?.type !== 'query') return undefined;
  const summary = summaryOf(condition.query, dialects);
  if (summary === undefined || !summary.understood) return undefined;
  // It selects nobody: that is what is wrong with it.
  if (trigger?.type === 'schedule' && summary.aboutSubject) return undefined;
  if (summary.columns !== undefined)
    return summary.hasUnnamed ? undefined : { names: summary.columns, by: 'its query', isCertain: true };
  const [read, ...others] = summary.reads;
  const isPlainStar = /^\s*select\s+\*\s+from\b/i.test(condition.query);
  return isPlainStar && read !== undefined && others.length === 0 ? supplyOf(read.table) : undefined;
}

async function checkPiece({ source, path }: Piece, supplies: Supplies): Promise<Finding[]> {
  return (await variablesIn(source)).flatMap((variable): Finding[] => {
    const [root = '', name] = variable.split(/[.[\]]/);
    const supply = supplies[root as keyof Supplies];
    if (supply === undefined || name === undefined || name === '') return [];
    if (supply.names.includes(name)) return [];
    const closest = closestName(name, supply.names);
    return [
      {
        code: 'template_variable',
        path,
        severity: supply.isCertain ? 'error' : 'warning',
        message: `speaks of ${variable}, and ${supply.by} has no ${name}`,
        hint: `${closest === undefined ? '' : `Did you mean ${root}.${closest}? `}There are ${[...new Set(supply.names)].join(', ')}; or write what to say without it: {{ ${variable} | default: "…" }}.`,
        offset: Math.max(0, source.indexOf(variable)),
      },
    ];
  });
}

/** What a text needs; that it is no Liquid is said elsewhere. */
async function variablesIn(source: string): Promise<string[]> {
  try {
    return await variablesOf({ source, label: 'It' });
  } catch (error) {
    if (isSkeneError(error, 'TEMPLATE_INVALID')) return [];
    throw error;
  }
}
