import { InvalidArgumentError } from 'commander';

/** Reads an option whose value is a number of things. @throws {InvalidArgumentError} when it is none. */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number, from 1.');
  return Number(text);
}
