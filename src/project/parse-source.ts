import { type ParseResult, type ParserPlugin, parse } from '@babel/parser';
import { mendQuote } from './mend-quote.ts';
import type { Position, SourceFile } from './source-file.ts';

/** The tree of a parsed file, and of its parts; babel's own names. */
export type Program = ParseResult['program'];
type Statement = Program['body'][number];
export type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression'];
export type ObjectExpression = Extract<Expression, { type: 'ObjectExpression' }>;
type Property = Extract<ObjectExpression['properties'][number], { type: 'ObjectProperty' }>;
export type Node =
  | Statement
  | Expression
  | ObjectExpression['properties'][number]
  | Property['key' | 'value']
  | Extract<Expression, { type: 'CallExpression' }>['arguments'][number]
  | Extract<Statement, { type: 'ExportDefaultDeclaration' }>['declaration'];

/** A line that has to change, and what it should read. */
export interface Mend {
  line: number;
  text: string;
}

/** Why a file is not a program, and if that is known, how to mend it. */
export interface SyntaxProblem extends Position {
  message: string;
  hint: string;
  mend?: Mend | undefined;
}

/** Parses a config as TypeScript. */
export function parseSource(source: SourceFile): { program: Program } | { problem: SyntaxProblem } {
  const result = tryParse(source.text, source.file);
  if ('program' in result) return result;
  const { offset, message } = result;
  const place = source.positionAt(offset);
  const line = source.line(place.line);
  const mended = mendQuote(line, place.column - 1, (text) => {
    const start = offset - (place.column - 1);
    const whole = source.text.slice(0, start) + text + source.text.slice(start + line.length);
    const retried = tryParse(whole, source.file);
    return 'program' in retried || retried.offset > start + text.length;
  });
  if (mended === undefined) return { problem: { ...place, message, hint: hintFor(message) } };
  const mark = line[mended.column - 1] === "'" ? 'an apostrophe' : 'a quotation mark';
  return {
    problem: {
      line: place.line,
      column: mended.column,
      message: `has ${mark} inside a string, where it ends the string too early`,
      hint: `Write line ${place.line} like this:\n${mended.text.trim()}`,
      mend: { line: place.line, text: mended.text },
    },
  };
}

function tryParse(text: string, file: string): { program: Program } | { offset: number; message: string } {
  const plugins: ParserPlugin[] = /\.[cm]?ts$/.test(file) ? ['typescript'] : ['typescript', 'jsx'];
  try {
    return { program: parse(text, { sourceType: 'module', plugins }).program };
  } catch (error) {
    if (error instanceof RangeError) return { offset: 0, message: 'is nested too deeply to be read' };
    if (!(error instanceof SyntaxError)) throw error;
    const { pos } = error as SyntaxError & { pos?: number };
    return { offset: pos ?? 0, message: `is not right here: ${plain(error.message)}` };
  }
}

/** Babel ends its messages with the place, which is told apart. */
function plain(message: string): string {
  const text = message.replace(/\s*\(\d+:\d+\)$/, '').replace(/\.$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function hintFor(message: string): string {
  if (message.includes('nested')) return 'Take some brackets away.';
  if (message.includes('nterminated string'))
    return 'Close the string on the line on which it begins, or use a template literal (`...`).';
  return 'Look at this place and just before it: a comma, a quotation mark or a bracket may be missing or one too many.';
}
