import { readFileSync } from 'node:fs';
import { type ParserOptions, parse } from '@babel/parser';
import type { Expression, ObjectExpression, Program } from '../../src/project/parse-source.ts';

/** The constants of a module that describe a form, by name. */
export type Forms = ReadonlyMap<string, Expression>;

/** Reads the constants of the modules at `files`. */
export function readForms(files: readonly string[]): Forms {
  return new Map(files.flatMap((file) => constantsOf(parse(readFileSync(file, 'utf8'), OPTIONS).program)));
}

const OPTIONS: ParserOptions = { sourceType: 'module', plugins: ['typescript'], attachComment: true };

function constantsOf({ body }: Program): Array<[string, Expression]> {
  return body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
    .flatMap(
      ({ id, init }): Array<[string, Expression]> =>
        id.type === 'Identifier' && init ? [[id.name, init]] : [],
    );
}

/**
 * What the docstrings of a form say of its members, by their path: `recovery.retries`. Of a form that is one of several, the member
 * `type` tells which: `database.where`.
 */
export function docstringsOf(name: string, forms: Forms): Map<string, string> {
  const found = new Map<string, string>();
  const root = forms.get(name);
  if (root !== undefined) collect(root, '', { forms, found });
  return found;
}

interface Collecting {
  forms: Forms;
  found: Map<string, string>;
}

function collect(expression: Expression, path: string, context: Collecting): void {
  for (const object of objectsIn(expression, context.forms)) {
    const variant = literalType(object);
    const place = variant === undefined ? path : join(path, variant);
    for (const member of membersOf(object, context.forms)) {
      const memberPath = join(place, member.name);
      if (member.docstring !== undefined) context.found.set(memberPath, member.docstring);
      collect(member.value, memberPath, context);
    }
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The objects that an expression of zod stands for, whatever is called on it. */
function objectsIn(expression: Expression, forms: Forms): ObjectExpression[] {
  switch (expression.type) {
    case 'Identifier': {
      const form = forms.get(expression.name);
      return form === undefined ? [] : objectsIn(form, forms);
    }
    case 'ObjectExpression':
      return [expression];
    case 'ArrayExpression':
      return expression.elements.flatMap((element) =>
        element === null || element.type === 'SpreadElement' ? [] : objectsIn(element, forms),
      );
    case 'CallExpression': {
      const { callee } = expression;
      const own =
        callee.type === 'MemberExpression' && callee.object.type !== 'Super' ? callee.object : undefined;
      const isZod = own?.type === 'Identifier' && own.name === 'z';
      if (own !== undefined && !isZod) return objectsIn(own, forms);
      return expression.arguments.flatMap((argument) =>
        argument.type === 'ArgumentPlaceholder' ? [] : objectsIn(argument as Expression, forms),
      );
    }
    default:
      return [];
  }
}

interface Member {
  name: string;
  value: Expression;
  docstring: string | undefined;
}

function membersOf(object: ObjectExpression, forms: Forms): Member[] {
  return object.properties.flatMap((property): Member[] => {
    if (property.type === 'SpreadElement')
      return objectsIn(property.argument, forms).flatMap((spread) => membersOf(spread, forms));
    if (property.type !== 'ObjectProperty' || property.key.type !== 'Identifier') return [];
    const comment = property.leadingComments?.findLast(
      ({ type, value }) => type === 'CommentBlock' && value.startsWith('*'),
    );
    const docstring = comment?.value
      .split('\n')
      .map((line) => line.replace(/^\s*\*+\s?/, '').trim())
      .filter(Boolean)
      .join(' ');
    return [{ name: property.key.name, value: property.value as Expression, docstring }];
  });
}

/** `database` of `type: z.literal('database')`. */
function literalType(object: ObjectExpression): string | undefined {
  for (const property of object.properties) {
    if (property.type !== 'ObjectProperty' || property.key.type !== 'Identifier') continue;
    if (property.key.name !== 'type' || property.value.type !== 'CallExpression') continue;
    const [value] = property.value.arguments;
    if (value?.type === 'StringLiteral') return value.value;
  }
  return undefined;
}
