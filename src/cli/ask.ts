import { EnvError } from '../errors/index.ts';
import type { Question } from '../propose/index.ts';

/** Asks which application of a monorepo is meant. */
export async function askApp(apps: readonly string[]): Promise<string> {
  const { select } = await import('@clack/prompts');
  return answer(
    await select({
      message: 'Which application are the loops for?',
      options: apps.map((app) => ({ value: app, label: app === '' ? '(the root)' : app })),
    }),
  );
}

/** Asks a question: a choice where there is one, else any text. */
export async function askQuestion({ message, choices, usual }: Question): Promise<string> {
  const { select, text } = await import('@clack/prompts');
  if (choices.length === 0) return answer(await text({ message, initialValue: usual, defaultValue: usual }));
  return answer(
    await select({
      message,
      initialValue: usual,
      options: choices.map(({ value, label, hint }) => ({
        value,
        label,
        ...(hint === undefined ? {} : { hint }),
      })),
    }),
  );
}

/** Asks for something that is not to be seen. */
export async function askSecret(message: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  return answer(await password({ message }));
}

/** What was answered. @throws {EnvError} USAGE when somebody has had enough. */
function answer(given: string | symbol): string {
  if (typeof given === 'string') return given;
  throw new EnvError('USAGE', 'You stopped, so nothing was written.', {
    hint: 'Run it again, or let it decide: --yes.',
  });
}
