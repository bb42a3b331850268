import type { Surface } from '../surface.ts';
import { emailSurfaces } from './emails.ts';
import { functionSurfaces } from './functions.ts';
import { languageSurfaces } from './language.ts';
import { regexes } from './regexes.ts';
import { signatureSurfaces } from './signatures.ts';
import { sqlSurfaces } from './sql.ts';
import { timing } from './timing.ts';

/** Everything that is attacked, in the order of the report. */
export const surfaces: readonly Surface[] = [
  ...functionSurfaces,
  ...signatureSurfaces,
  ...sqlSurfaces,
  ...emailSurfaces,
  ...languageSurfaces,
  regexes,
  timing,
];
