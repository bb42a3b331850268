import { EnvError } from '../errors/index.ts';

/**
 * Asks before something is changed. `yes` answers beforehand; without a terminal there is nobody to ask.
 * @param usual what is answered by somebody who only presses Enter; no unless told.
 * @throws {EnvError} USAGE when nobody can answer.
 */
export async function confirmed(
  question: string,
  { yes, usual = false }: { yes: boolean; usual?: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new EnvError('USAGE', 'Nobody is here to confirm this.', {
      hint: 'Add --yes to do it without being asked.',
    });
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message: question, initialValue: usual })) === true;
}
