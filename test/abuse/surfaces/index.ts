import type { Surface } from '../surface.ts';
import { functionSurfaces } from './functions.ts';
import { regexes } from './regexes.ts';
import { signatureSurfaces } from './signatures.ts';
import { sqlSurfaces } from './sql.ts';

/** Everything that is attacked, in the order of the report. */
export const surfaces: readonly Surface[] = [
  ...functionSurfaces,
  ...signatureSurfaces,
  ...sqlSurfaces,
  regexes,
];
