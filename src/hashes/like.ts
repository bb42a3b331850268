type Piece = { type: 'any' } | { type: 'one' } | { type: 'character'; character: string };

/** Whether text matches a pattern of LIKE: `%` any characters, `_` one, a backslash takes the next literally. */
export function isLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const fold = (value: string): string => (ignoreCase ? value.toLowerCase() : value);
  const characters = [...fold(text)];
  const pieces = piecesOf(fold(pattern));
  let at = 0;
  let piece = 0;
  // Where the last `%` was met, and up to where it has been tried: no other choice need ever be taken back.
  let lastAny = -1;
  let tried = 0;
  while (at < characters.length) {
    const next = pieces[piece];
    if (next?.type === 'any') {
      lastAny = piece;
      tried = at;
      piece += 1;
    } else if (next?.type === 'one' || (next !== undefined && next.character === characters[at])) {
      at += 1;
      piece += 1;
    } else if (lastAny !== -1) {
      tried += 1;
      at = tried;
      piece = lastAny + 1;
    } else return false;
  }
  return pieces.slice(piece).every(({ type }) => type === 'any');
}

function piecesOf(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  let isEscaped = false;
  for (const character of pattern) {
    if (isEscaped || !['\\', '%', '_'].includes(character)) pieces.push({ type: 'character', character });
    else if (character !== '\\') pieces.push({ type: character === '%' ? 'any' : 'one' });
    isEscaped = !isEscaped && character === '\\';
  }
  return pieces;
}
