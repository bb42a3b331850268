import { floorOf, type House, isWithin } from './house.ts';

/** Which rule of the house was broken. */
export type Rule =
  | 'up'
  | 'sideways'
  | 'deep'
  | 'own-door'
  | 'outside'
  | 'unknown-room'
  | 'wrong-floor'
  | 'environment'
  | 'package'
  | 'second-importer'
  | 'length'
  | 'syntax';

/** What is wrong, and what to do. */
export interface Problem {
  rule: Rule;
  message: string;
}

/** A file that names a file; paths are relative to the repository, with `/`. */
interface PathEdge {
  file: string;
  target: string;
  typeOnly: boolean;
}

/** Whether `file` may import the file `target`: the floors, the doors, and what stands outside. */
export function checkPath({ file, target, typeOnly }: PathEdge, house: House): Problem | undefined {
  if (isTest(file) && target.startsWith('test/')) return undefined;
  const folder = file.split('/', 1)[0] ?? '';
  const guest = house.outside[folder];
  if (guest !== undefined) {
    const places = typeOnly ? [...guest.imports, ...guest.types] : guest.imports;
    return isTest(file) || isWithin(target, places)
      ? undefined
      : problem('outside', `${folder}/ does not import ${target}; it may import ${places.join(', ')}.`);
  }
  if (target.startsWith('src/')) return checkRooms({ file, target }, house);
  const importers = house.outside[target.split('/', 1)[0] ?? '']?.importers ?? [];
  return isTest(file) || isWithin(file, importers)
    ? undefined
    : problem('outside', `src/ does not import ${target}: what is outside stands on src/, not under it.`);
}

function checkRooms({ file, target }: Pick<PathEdge, 'file' | 'target'>, house: House): Problem | undefined {
  const [from, to] = [roomOf(file), roomOf(target)];
  const [upper, lower] = [floorOf(house, from), floorOf(house, to)];
  if (upper === undefined || lower === undefined) return undefined; // the room itself is reported
  const isDoor = target === doorOf(to);
  if (from === to)
    return from !== undefined && isDoor && !isTest(file)
      ? problem('own-door', `Inside ${from}, import the file that has it and not the room's own door.`)
      : undefined;

  const names = [from ?? ENTRY, to ?? ENTRY];
  if (lower > upper)
    return problem(
      'up',
      `${names[0]} (floor ${upper}) imports ${names[1]} (floor ${lower}): only downwards.`,
    );
  if (lower === upper)
    return problem(
      'sideways',
      `${names.join(' and ')} both stand on floor ${upper}: move what they share below.`,
    );
  // An app that imports the entry in Node loads all that its imports import: it takes single files.
  const mayLookBehind = from === undefined || isTest(file);
  return isDoor || mayLookBehind || isWithin(target, house.doors[to ?? ''] ?? [])
    ? undefined
    : problem('deep', `From outside, ${names[1]} is imported through its door, ${doorOf(to)}.`);
}

const ENTRY = 'the entry';

function doorOf(room: string | undefined): string {
  return room === undefined ? 'src/index.ts' : `src/${room}/index.ts`;
}

/** A file that names a package. */
interface PackageEdge {
  file: string;
  name: string;
  typeOnly: boolean;
}

/** Whether `file` may import the package `name`: a provider's SDK stays where the table puts it. */
export function checkPackage({ file, name, typeOnly }: PackageEdge, house: House): Problem | undefined {
  if (isTest(file) || name.startsWith('node:')) return undefined;
  const folder = file.split('/', 1)[0] ?? '';
  if (folder in house.outside)
    return problem('package', `${folder}/ uses no package directly, not even ${name}: give it to a room.`);
  const places = house.packages[name];
  if (places === undefined) return undefined;
  const allowed = typeOnly ? places.map((place) => place.split('/', 2).join('/')) : places;
  return isWithin(file, allowed)
    ? undefined
    : problem('package', `${name} is imported in ${places.join(' or ')} and nowhere else.`);
}

/** Whether `file`, which reads the environment, may. */
export function checkEnvironment(file: string, house: House): Problem | undefined {
  return isTest(file) || isWithin(file, house.environment)
    ? undefined
    : problem('environment', 'The environment is read in src/env; take what it gives as a parameter.');
}

/** Whether the room `file` lies in is in the table, stands where its note says, and whether the file is of a readable length. */
export function checkFile(file: string, source: string, house: House): Problem | undefined {
  const room = roomOf(file);
  const floor = floorOf(house, room);
  if (floor === undefined)
    return problem('unknown-room', `${room} has no floor yet: give it one in house.json.`);
  const said = /^\/\*\* Floor (\d+)/.exec(source)?.[1];
  if (said !== undefined && Number(said) !== floor)
    return problem('wrong-floor', `The note says floor ${said}, house.json says ${floor}.`);
  const lines = source.trimEnd().split('\n').length;
  return lines > house.longestFile
    ? problem('length', `${lines} lines, more than ${house.longestFile}: which two ideas are in it?`)
    : undefined;
}

/** Whether `file` is a test: it may look behind the doors of its own room and of the floors below. */
export function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}

function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function problem(rule: Rule, message: string): Problem {
  return { rule, message };
}
