import { createHash } from 'node:crypto';

/**
 * Where a subject falls between 0 and 1: always the same for a purpose, evenly spread over subjects, and of one purpose unlike of another.
 * @param purpose what is decided by it, such as the loop and `holdout`.
 */
export function shareOf(purpose: string, subject: string): number {
  const digest = createHash('sha256').update(`${purpose}\n${subject}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
