import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { type House, isWithin } from './house.ts';
import { type Import, readFacts } from './imports.ts';
import { checkEnvironment, checkFile, checkPackage, checkPath, isTest, type Problem } from './rules.ts';

/** One place where the house is not as its table says. */
export interface Finding extends Problem {
  /** Relative to the repository, with `/`. */
  file: string;
  /** Counted from 1. */
  line: number;
}

/** What this package calls itself: an import of it is an import of its entry. */
const OWN_NAME = '@skene/sdk';
const OWN_ENTRY = 'src/index.ts';

/** Reads every source under `root` that the table speaks of and returns where it departs from the table. */
export function checkHouse(root: string, house: House): Finding[] {
  const importers: Importers = new Map();
  return sourcesOf(root, house).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    return findingsOf({ file, source, house, importers });
  });
}

/** Which file was first seen to import a package in a place that allows one. */
type Importers = Map<string, string>;

function sourcesOf(root: string, house: House): string[] {
  return ['src', ...Object.keys(house.outside)]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.tsx?$/.test(path))
        .map((path) => `${folder}/${path.split(sep).join('/')}`)
        .sort(),
    );
}

interface SourceFile {
  file: string;
  source: string;
  house: House;
  importers: Importers;
}

function findingsOf({ file, source, house, importers }: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const add = (line: number, problem: Problem | undefined) => {
    if (problem !== undefined) findings.push({ file, line, ...problem });
  };
  try {
    const { imports, environment } = readFacts(source);
    for (const found of imports) add(found.line, checkImport({ file, found, house, importers }));
    for (const line of environment) add(line, checkEnvironment(file, house));
    add(1, checkFile(file, source, house));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    add(1, { rule: 'syntax', message: error.message });
  }
  return findings;
}

function checkImport({
  file,
  found,
  house,
  importers,
}: Omit<SourceFile, 'source'> & { found: Import }): Problem | undefined {
  const { specifier, typeOnly } = found;
  if (specifier === OWN_NAME) return checkPath({ file, target: OWN_ENTRY, typeOnly }, house);
  if (specifier.startsWith('.'))
    return checkPath({ file, target: posix.join(posix.dirname(file), specifier), typeOnly }, house);

  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const place = house.packages[name]?.find((candidate) => isWithin(file, [candidate]));
  if (place === undefined || typeOnly || isTest(file)) return checkPackage({ file, name, typeOnly }, house);
  const key = `${name} in ${place}`;
  const first = importers.get(key) ?? file;
  importers.set(key, first);
  return first === file
    ? undefined
    : {
        rule: 'second-importer',
        message: `One file of ${place} imports ${name}, and ${first} already does.`,
      };
}
