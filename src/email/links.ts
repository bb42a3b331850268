/** Where a link of an email may lead without its author having said so. */
const USUAL_SCHEMES = new Set(['http', 'https', 'mailto', 'tel', 'sms']);
const USUAL_SOURCES = new Set(['http', 'https', 'cid']);

/** Schemes that run or carry code: never, not even when the template says so. */
const ACTIVE_SCHEMES = new Set(['javascript', 'vbscript', 'data', 'blob', 'file']);

const ATTRIBUTE = /(\s(?:href|src|action|formaction|background|poster)\s*=\s*)("[^"]*"|'[^']*')/gi;

/**
 * Puts `#` in place of every link in `html` that leads to a scheme nobody meant: neither a usual one nor one that the
 * author wrote out. So a value from the database cannot become `javascript:...`, while a template may well link to
 * `myapp://activate/{{ token }}`.
 * @param authored what the author wrote: the template's source and the personalization.
 */
export function withSafeLinks(html: string, authored: readonly string[]): string {
  let meant: ReadonlySet<string> | undefined;
  const isMeant = (scheme: string): boolean => {
    meant ??= new Set(authored.flatMap(schemesIn));
    return meant.has(scheme);
  };
  return html.replace(ATTRIBUTE, (whole, head: string, quoted: string) => {
    const scheme = schemeOf(quoted.slice(1, -1));
    if (scheme === undefined) return whole;
    const usual = /href/i.test(head) ? USUAL_SCHEMES : USUAL_SOURCES;
    const isSafe = usual.has(scheme) || (!ACTIVE_SCHEMES.has(scheme) && isMeant(scheme));
    return isSafe ? whole : `${head}"#"`;
  });
}

function schemesIn(source: string): string[] {
  return [...source.matchAll(/(?<![a-z\d+.-])[\d+.-]*([a-z][a-z\d+.-]*):\/\//gi)].map(([, scheme = '']) =>
    scheme.toLowerCase(),
  );
}

/** The scheme as a browser would read it: character references are resolved and whitespace inside is skipped. */
function schemeOf(attribute: string): string | undefined {
  const decoded = attribute
    .replace(/&#x([\da-f]{1,6});?/gi, (_, code: string) => character(Number.parseInt(code, 16)))
    .replace(/&#(\d{1,7});?/g, (_, code: string) => character(Number(code)))
    .replace(/&colon;/gi, ':')
    .replace(/&(?:tab|newline);/gi, '');
  return /^([a-z][a-z0-9+.-]*):/i.exec(decoded.replace(/[\s\p{Cc}]+/gu, ''))?.[1]?.toLowerCase();
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
