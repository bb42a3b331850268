import { InvalidArgumentError } from 'commander';

/** Reads an option whose value is a JSON object. @throws {InvalidArgumentError} when it is none. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new InvalidArgumentError('Write a JSON object, such as {"plan":"free"}.');
}
