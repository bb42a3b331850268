import type { Column, Place } from '../model.ts';
import { kindOf } from './kind-of.ts';
import { callArguments, keyword, pythonString } from './python-source.ts';

/** What is known of a column besides its call's arguments. */
interface Surroundings {
  /** The attribute of the class it is assigned to, where it is in one. */
  property: string | undefined;
  /** The attribute's type: `Mapped[str | None]`. */
  annotation: string;
  place: Place;
}

/** Reads a column from the arguments of `Column(…)`, `mapped_column(…)` or `Field(…)`. */
export function columnOfCall(
  args: readonly string[],
  { property, annotation, place }: Surroundings,
): { column: Column; isKey: boolean } | undefined {
  const inner = keyword(args, 'sa_column');
  if (inner !== undefined)
    return columnOfCall(callArguments(inner, inner.indexOf('(')), { property, annotation, place });
  const given = pythonString(args[0]) ?? pythonString(keyword(args, 'name'));
  const name = given ?? property;
  if (name === undefined) return undefined;
  const rest = pythonString(args[0]) === undefined ? args : args.slice(1);
  const type = rest.find((argument) => !argument.includes('=') || argument.includes('(')) ?? '';
  const isKey = keyword(args, 'primary_key') === 'True';
  const isOptional = /\bOptional\[|\bNone\b/.test(annotation);
  const nullable = keyword(args, 'nullable');
  return {
    isKey,
    column: {
      name,
      property: property === undefined || property === name ? undefined : property,
      kind: kindOf(
        /^ForeignKey\b/.test(type) || type === '' ? annotation.replace(/^Mapped/, '') : typeName(type),
      ),
      nullable: nullable === undefined ? isOptional || (annotation === '' && !isKey) : nullable !== 'False',
      references: referenceOf(args),
      values: enumValues(args),
      place,
    },
  };
}

/** `sa.DateTime(timezone=True)` is called DateTime. */
function typeName(type: string): string {
  return /(\w+)\s*(?:\(|$)/.exec(type)?.[1] ?? '';
}

/** `ForeignKey("app.users.id")`, or SQLModel's `foreign_key="users.id"`. */
function referenceOf(args: readonly string[]): Column['references'] {
  const called = args
    .map((argument) => /\bForeignKey\s*\(\s*["']([\w.]+)["']/.exec(argument)?.[1])
    .find(Boolean);
  const target = called ?? pythonString(keyword(args, 'foreign_key'));
  if (target === undefined) return undefined;
  const parts = target.replace(/^public\./, '').split('.');
  return { table: parts.slice(0, -1).join('.'), column: parts.at(-1) };
}

/** `Enum("a", "b", name="kind")`. */
function enumValues(args: readonly string[]): string[] | undefined {
  const call = args.find((argument) => /^(?:\w+\.)?Enum\s*\(/.test(argument));
  if (call === undefined) return undefined;
  const values = callArguments(call, call.indexOf('(')).flatMap((part) => pythonString(part) ?? []);
  return values.length === 0 ? undefined : values;
}
