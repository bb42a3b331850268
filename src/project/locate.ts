import type { ConfigPath } from '../config/index.ts';
import type { Expression, Node, ObjectExpression, Program } from './parse-source.ts';
import type { Position, SourceFile } from './source-file.ts';
import { rawOffset } from './string-offset.ts';

/** Finds the places in a config's source that its issues are about. */
export interface Locator {
  /**
   * Where the value at `path` stands; where that is not known (a spread, a call, another file), its nearest known ancestor.
   * @param what `key` for the name of the last member rather than its value.
   */
  locate(path: ConfigPath, what?: 'key' | 'value'): Position;
  /** Where, in the string at `path`, the character with this offset stands; where that is not known, where the string begins. */
  locateInText(path: ConfigPath, offset: number): Position;
}

/** Constants may refer to one another, even in a circle. */
const DEEPEST_REFERENCE = 50;

/** Makes a locator for a parsed config. */
export function createLocator(source: SourceFile, program: Program): Locator {
  const constants = constantsOf(program);
  const root = defaultExport(program);

  /** Looks through calls (`defineLoop(...)`), type assertions and constants of the same file. */
  function resolve(node: Node | undefined, depth = 0): Node | undefined {
    if (node === undefined || depth > DEEPEST_REFERENCE) return node;
    switch (node.type) {
      case 'CallExpression':
        return node.arguments.length === 1 ? resolve(node.arguments[0], depth + 1) : node;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'ParenthesizedExpression':
        return resolve(node.expression, depth + 1);
      case 'Identifier': {
        const value = constants.get(node.name);
        return value === undefined ? node : resolve(value, depth + 1);
      }
      default:
        return node;
    }
  }

  function find(path: ConfigPath, what: 'key' | 'value'): Node | undefined {
    let node: Node | undefined = root;
    for (const [index, part] of path.entries()) {
      const next = child(resolve(node), part);
      if (next === undefined) return node;
      node = what === 'key' && index === path.length - 1 ? next.key : next.value;
    }
    return node;
  }

  const at = (node: Node | undefined): Position => source.positionAt(node?.start ?? 0);
  return {
    locate: (path, what = 'value') => at(find(path, what)),
    locateInText(path, offset) {
      const node = find(path, 'value');
      const text = resolve(node);
      const raw = text === undefined ? undefined : rawOffset(text, source.text, offset);
      return raw === undefined ? at(node) : source.positionAt(raw);
    },
  };
}

function child(node: Node | undefined, part: string | number): { key: Node; value: Node } | undefined {
  if (node?.type === 'ArrayExpression' && typeof part === 'number') {
    const isShifted = node.elements.slice(0, part + 1).some((element) => element?.type === 'SpreadElement');
    const element = isShifted ? undefined : node.elements[part];
    return element ? { key: element, value: element } : undefined;
  }
  return node?.type === 'ObjectExpression' ? member(node, String(part)) : undefined;
}

/** The last member of that name counts, as it does when the program runs. */
function member(object: ObjectExpression, name: string): { key: Node; value: Node } | undefined {
  for (const property of [...object.properties].reverse()) {
    if (property.type === 'SpreadElement' || nameOf(property.key, property.computed) !== name) continue;
    return { key: property.key, value: property.type === 'ObjectMethod' ? property : property.value };
  }
  return undefined;
}

function nameOf(key: Node, computed: boolean): string | undefined {
  if (key.type === 'StringLiteral' || key.type === 'NumericLiteral') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}

function constantsOf(program: Program): Map<string, Expression> {
  const constants = new Map<string, Expression>();
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === 'Identifier' && init) constants.set(id.name, init);
    }
  }
  return constants;
}

function defaultExport(program: Program): Node | undefined {
  for (const statement of program.body) {
    if (statement.type === 'ExportDefaultDeclaration') return statement.declaration;
    if (statement.type !== 'ExportNamedDeclaration') continue;
    for (const specifier of statement.specifiers) {
      const name =
        specifier.exported.type === 'Identifier' ? specifier.exported.name : specifier.exported.value;
      if (name === 'default' && specifier.type === 'ExportSpecifier') return specifier.local;
    }
  }
  return undefined;
}
