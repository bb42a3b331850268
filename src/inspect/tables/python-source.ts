/** A piece of Python and the line it begins on. */
export interface PythonPiece {
  text: string;
  line: number;
}

/** A class of a Python file: its bases as text, and the statements of its body. */
export interface PythonClass extends PythonPiece {
  name: string;
  bases: string;
  body: PythonPiece[];
}

/**
 * Joins the physical lines of Python to statements: brackets and triple quotes hold lines together; comments are gone. Enough to read
 * declarations, which are assignments and calls; it understands no more of the language.
 */
export function statementsOf(source: string): PythonPiece[] {
  const statements: PythonPiece[] = [];
  let text = '';
  let start = 1;
  let line = 1;
  let depth = 0;
  const tokens = /("""|''')[\s\S]*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|\\\n|[\s\S]/g;
  for (const [token] of source.replaceAll('\r\n', '\n').matchAll(tokens)) {
    if (token === '\n' && depth <= 0) {
      if (text.trim() !== '') statements.push({ text, line: start });
      text = '';
      start = line + 1;
      depth = 0;
    } else if (!token.startsWith('#')) {
      if ('([{'.includes(token)) depth += 1;
      if (')]}'.includes(token)) depth -= 1;
      text += token === '\n' || token === '\\\n' ? ' ' : token;
    }
    line += token.split('\n').length - 1;
  }
  if (text.trim() !== '') statements.push({ text, line: start });
  return statements;
}

/** The classes among statements, nested ones too, each with the statements that stand one step deeper. */
export function classesOf(statements: readonly PythonPiece[]): PythonClass[] {
  return statements.flatMap(({ text, line }, index) => {
    const head = /^(\s*)class\s+(\w+)\s*(?:\(([\s\S]*)\))?\s*:/.exec(text);
    if (head === null) return [];
    const [, indent = '', name = '', bases = ''] = head;
    const rest = statements.slice(index + 1);
    const end = rest.findIndex((statement) => indentOf(statement.text) <= indent.length);
    const body = end === -1 ? rest : rest.slice(0, end);
    const depth = indentOf(body[0]?.text ?? '');
    return [
      { text, line, name, bases, body: body.filter((statement) => indentOf(statement.text) === depth) },
    ];
  });
}

function indentOf(text: string): number {
  return /^\s*/.exec(text)?.[0].length ?? 0;
}

/** Splits at commas that are in no brackets and no string. */
export function argumentsOf(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/("""|''')[\s\S]*?\1|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\s\S]/g)) {
    if ('([{'.includes(token)) depth += 1;
    if (')]}'.includes(token)) depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** What is between the brackets of a call, from where they open. */
export function callArguments(text: string, open: number): string[] {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const character = text.charAt(index);
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return argumentsOf(text.slice(open + 1, index));
  }
  return [];
}

/** The value of an argument with a name: `nullable` of `nullable=False`. */
export function keyword(args: readonly string[], name: string): string | undefined {
  const found = args.find((argument) => new RegExp(`^${name}\\s*=(?!=)`).test(argument));
  return found?.slice(found.indexOf('=') + 1).trim();
}

/** The text of a plain string; nothing for anything else. */
export function pythonString(text: string | undefined): string | undefined {
  return /^[rub]?(["'])([^"'\\]*)\1$/i.exec(text?.trim() ?? '')?.[2];
}
