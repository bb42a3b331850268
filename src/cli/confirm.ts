import { EnvError } from '../errors/index.ts';

/**
 * Asks before something is changed. `yes` answers beforehand; without a terminal there is nobody to ask.
 * @throws {EnvError} USAGE when nobody can answer.
 */
export async function confirmed(question: string, { yes }: { yes: boolean }): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new EnvError('USAGE', 'Nobody is here to confirm this.', {
      hint: 'Add --yes to do it without being asked.',
    });
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message: question, initialValue: false })) === true;
}
