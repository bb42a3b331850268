/** A request as the gate sees it. `path` is as it came, query left out or not. */
export interface Route {
  method: string;
  path: string;
}

/** A path is decoded this often at most; a server decodes once, a proxy before it perhaps once more. */
const MOST_DECODINGS = 3;

/**
 * Compiles an endpoint glob: `*` is one segment or a part of one, `**` any number of segments. Compared without case, as the paths
 * that {@link spellingsOf} gives.
 */
export function routePattern(glob: string): RegExp {
  const body = glob
    .split('/')
    .slice(1)
    .map((segment) =>
      segment === '**'
        ? '(?:/[^/]+)*'
        : `/${segment
            .split('*')
            .map(escaped)
            .join(segment === '*' ? '[^/]+' : '[^/]*')}`,
    )
    .join('');
  return new RegExp(`^${body}/?$`, 'iu');
}

function escaped(text: string): string {
  return tidied(decodedSegment(text)).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a rule is for a request: one of the ways its path can be read fits. HEAD is answered by what answers GET, so it counts as GET. */
export function matchesRoute(rule: { method: string; pattern: RegExp }, { method, path }: Route): boolean {
  const asked = method.toUpperCase();
  const isMethod =
    rule.method === '*' || rule.method === asked || (rule.method === 'GET' && asked === 'HEAD');
  return isMethod && spellingsOf(path).some((spelling) => rule.pattern.test(spelling));
}

/**
 * Every path that a server, or a proxy before it, may take this one for. Servers differ in whether an encoded slash parts segments, in
 * how often they decode, and in what they make of dots, doubled slashes and case; a gate that reads a path in one way only is
 * passed by spelling it in another. To match too much costs a unit, to match too little costs the wall.
 */
export function spellingsOf(path: string): string[] {
  const raw = path.replace(/[?#].*$/s, '');
  const readings = new Set<string>();
  let whole = raw;
  for (let round = 0; round <= MOST_DECODINGS; round++) {
    // Parted first, then decoded: an encoded slash stays within its segment.
    readings.add(
      normalized(whole.split(/[/\\]/), (segment) => tidied(decodedSegment(segment).replace(/[/\\]/g, ' '))),
    );
    readings.add(normalized(whole.split(/[/\\]/), tidied));
    const decoded = decodedSegment(whole);
    if (decoded === whole) break;
    whole = decoded;
  }
  return [...readings];
}

/** Leaves out empty segments, and follows `.` and `..`. */
function normalized(segments: readonly string[], read: (segment: string) => string): string {
  const path: string[] = [];
  for (const segment of segments) {
    const bare = segment.replace(/;.*$/s, '');
    if (/^(?:\.|%2e){2}$/i.test(bare)) path.pop();
    else if (!/^(?:\.|%2e)?$/i.test(bare)) path.push(read(bare));
  }
  return `/${path.join('/')}`;
}

/** Letters in their compatible form, without what is not to be seen and without dots and blanks at the end. */
function tidied(segment: string): string {
  return segment
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/(?!^)[.\s]+$/u, '');
}

/** Decodes what is well formed, and leaves the rest. */
function decodedSegment(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
