import type { Node } from './parse-source.ts';

/** A piece of a string as it is written, between its quotation marks. */
interface Piece {
  start: number;
  end: number;
}

/**
 * Where in the source a character of a string's value is written. Knows escapes, line continuations, and that a template literal reads
 * every line end as one character.
 * @param offset into the value, in UTF-16 units.
 * @returns an offset into the source, or `undefined` when the node is not a string, or has parts that are computed.
 */
export function rawOffset(node: Node, source: string, offset: number): number | undefined {
  const pieces = piecesOf(node);
  if (pieces === undefined) return undefined;
  let left = offset;
  for (const [index, { start, end }] of pieces.entries()) {
    let at = start;
    while (at < end && left > 0) {
      const { written, read } = characterAt(source, at);
      at += written;
      left -= read;
    }
    const isLast = index === pieces.length - 1;
    if (left <= 0 && (at < end || isLast)) return at;
  }
  return pieces.at(-1)?.end;
}

function piecesOf(node: Node): Piece[] | undefined {
  if (typeof node.start !== 'number' || typeof node.end !== 'number') return undefined;
  if (node.type === 'StringLiteral') return [{ start: node.start + 1, end: node.end - 1 }];
  if (node.type === 'TemplateLiteral')
    return node.expressions.length === 0 ? [{ start: node.start + 1, end: node.end - 1 }] : undefined;
  if (node.type === 'ParenthesizedExpression') return piecesOf(node.expression);
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const left = piecesOf(node.left);
  const right = piecesOf(node.right);
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

const ESCAPE = /\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|\r\n|[\s\S])/y;

/** How many units a character takes in the source, and how many in the value. */
function characterAt(source: string, at: number): { written: number; read: number } {
  if (source.startsWith('\r\n', at)) return { written: 2, read: 1 };
  ESCAPE.lastIndex = at;
  const sequence = ESCAPE.exec(source)?.[0];
  if (sequence === undefined) return { written: 1, read: 1 };
  if (/^\\[\r\n\u2028\u2029]/.test(sequence)) return { written: sequence.length, read: 0 };
  const code = /^\\u\{(.+)\}$/.exec(sequence)?.[1];
  return { written: sequence.length, read: code !== undefined && Number.parseInt(code, 16) > 0xffff ? 2 : 1 };
}
