/**
 * Says what is wrong with an endpoint glob, or `undefined` when it is right. An endpoint is an absolute path; `*` stands for
 * one segment (or a part of one), `**` for any number of segments.
 */
export function globProblem(glob: string): string | undefined {
  if (!glob.startsWith('/')) return 'does not start with a slash';
  if (/[?#]/.test(glob)) return 'has a query or fragment; an endpoint is a path';
  if (glob.includes('//')) return 'has an empty segment (//)';
  if (glob.split('/').some((segment) => segment === '..' || segment === '.')) return 'has a dot segment';
  if (/\*{3,}/.test(glob)) return 'has three stars in a row; * is one segment, ** is any number';
  if (/[^/]\*\*|\*\*[^/]/.test(glob)) return 'has ** beside other characters; it stands for whole segments';
  if (/[[\]{}()!+@|\\\s]/.test(glob))
    return 'has a character other than letters, digits, - . _ ~ % : and the stars';
  return undefined;
}
