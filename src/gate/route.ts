/** A request as the gate sees it. `path` is as it came, query left out or not. */
export interface Route {
  method: string;
  path: string;
}

/** A path is decoded this often at most; a server decodes once, a proxy before it perhaps once more. */
const MOST_DECODINGS = 3;

/** A path cut at its slashes. */
type Segments = readonly string[];

/**
 * Compiles an endpoint glob: `*` is one segment or a part of one, `**` any number of segments. Takes paths as {@link readingsOf} gives them. Not a
 * regular expression: three `**` in one would make a path of 8 kB take ten seconds.
 */
export function compileGlob(glob: string): (segments: Segments) => boolean {
  const wanted = glob.split('/').filter((segment) => segment !== '');
  const matchers = wanted.map((segment) => (segment === '**' ? undefined : compileSegment(segment)));
  return (segments) => {
    let [at, next] = [0, 0];
    let resume: { at: number; next: number } | undefined;
    while (at < segments.length) {
      const matches = matchers[next];
      if (next < matchers.length && matches === undefined) {
        next += 1;
        resume = { at, next };
      } else if (matches?.(segments[at] ?? '')) {
        at += 1;
        next += 1;
      } else if (resume !== undefined) {
        // The last `**` takes one segment more; what earlier ones took never has to change.
        resume.at += 1;
        ({ at, next } = resume);
      } else return false;
    }
    return matchers.slice(next).every((matches) => matches === undefined);
  };
}

function compileSegment(glob: string): (segment: string) => boolean {
  const [first = '', ...rest] = folded(decoded(glob).replace(/;.*$/s, '')).split('*');
  const last = rest.pop();
  if (last === undefined) return (segment) => segment === first;
  return (segment) => {
    if (!segment.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = segment.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return segment.length - last.length >= at && segment.endsWith(last);
  };
}

/** Whether a rule is for a request: one of the ways its path can be read fits. HEAD is answered by what answers GET, so it counts as GET. */
export function matchesRoute(
  rule: { method: string; matches: (segments: Segments) => boolean },
  { method, path }: Route,
): boolean {
  const asked = method.toUpperCase();
  const isMethod =
    rule.method === '*' || rule.method === asked || (rule.method === 'GET' && asked === 'HEAD');
  return isMethod && readingsOf(path).some(rule.matches);
}

/**
 * Every path that a server, or a proxy before it, may take this one for. Servers differ in whether an encoded slash parts segments, in
 * how often they decode, whether they follow dots and join slashes, and in case; a gate that reads a path in one way only is
 * passed by spelling it in another. To match too much costs a unit, to match too little costs the wall.
 */
export function readingsOf(path: string): Segments[] {
  const readings = new Map<string, Segments>();
  const add = (segments: Segments) => {
    for (const read of [segments.map(folded), followed(segments).map(folded)])
      readings.set(read.join('/'), read);
  };
  let whole = path.replace(/[?#].*$/s, '');
  for (let round = 0; round <= MOST_DECODINGS; round++) {
    const segments = whole
      .replace(/^[/\\]/, '')
      .split(/[/\\]/)
      .map((segment) => segment.replace(/;.*$/s, ''));
    add(segments);
    // Parted first, then decoded: an encoded slash stays within its segment.
    add(segments.map((segment) => decoded(segment).replace(/[/\\]/g, ' ')));
    const next = decoded(whole);
    if (next === whole) break;
    whole = next;
  }
  return [...readings.values()];
}

/** Leaves out empty segments, and follows `.` and `..`. */
function followed(segments: Segments): string[] {
  const path: string[] = [];
  for (const segment of segments) {
    if (/^(?:\.|%2e){2}$/i.test(segment)) path.pop();
    else if (!/^(?:\.|%2e)?$/i.test(segment)) path.push(segment);
  }
  return path;
}

/** Letters in their compatible form and one case, without what is not to be seen and without dots and blanks at the end. */
function folded(segment: string): string {
  const seen = segment.normalize('NFKC').replace(/[\p{Cc}\p{Cf}]/gu, '');
  const kept = seen.replace(/(?<![.\s])[.\s]+$/u, '') || seen.slice(0, 1);
  return kept.toUpperCase().toLowerCase();
}

/** Decodes byte for byte, as lenient servers do: what is no UTF-8 keeps nothing else from being decoded. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    new TextDecoder().decode(
      Uint8Array.from(run.slice(1).split('%'), (digits) => Number.parseInt(digits, 16)),
    ),
  );
}
