import { relative, sep } from 'node:path';

/** How a module in the folder `from` names the file `to`. */
export function relativeSpecifier(from: string, to: string): string {
  const path = relative(from, to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
