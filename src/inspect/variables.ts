import { posix } from 'node:path';
import type { Place } from './model.ts';
import { lineAt, type Repository } from './repository.ts';

/** The name of an environment variable, and where it is named first. Its value is never looked at. */
export interface Variable extends Place {
  name: string;
}

const IN_CODE = [
  /\bprocess\.env\.([A-Z][A-Z0-9_]*)/g,
  /\b(?:process\.env|os\.environ|environ)\s*\[\s*['"]([A-Z][A-Z0-9_]*)['"]/g,
  /\b(?:getenv|environ\.get|env)\s*\(\s*['"]([A-Z][A-Z0-9_]*)['"]/g,
];

/** The names of variables: first those that Prisma or the code reads, then those in `.env` files. */
export async function readVariables(repository: Repository): Promise<Variable[]> {
  const found = new Map<string, Variable>();
  const ordered = [...repository.files].sort(
    (one, other) => Number(isEnvFile(one)) - Number(isEnvFile(other)),
  );
  for (const file of ordered) {
    const text = await textWithNames(file, repository);
    if (text === undefined) continue;
    for (const { name, offset } of isEnvFile(file) ? assignedNames(text) : named(text))
      if (!found.has(name)) found.set(name, { name, file, line: lineAt(text, offset) });
  }
  return [...found.values()];
}

function isEnvFile(file: string): boolean {
  return posix.basename(file).startsWith('.env');
}

async function textWithNames(file: string, repository: Repository): Promise<string | undefined> {
  const isSource = /\.(?:[cm]?[jt]sx?|py|prisma)$/.test(file);
  return isSource || isEnvFile(file) ? repository.read(file) : undefined;
}

/** The names that a file of variables sets, commented ones too. Only what is before the equals sign leaves this function. */
export function assignedNames(text: string): Array<{ name: string; offset: number }> {
  return [...text.matchAll(/^[ \t]*#?[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=/gm)].map((match) => ({
    name: match[1] ?? '',
    offset: match.index,
  }));
}

function named(text: string): Array<{ name: string; offset: number }> {
  return IN_CODE.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ name: match[1] ?? '', offset: match.index })),
  );
}
