import { run } from '../../src/cli/run.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

const HEAD = `# Commands

What each command takes, as \`--help\` behind it says. Made with \`npm run docs:reference\`.

Every command understands \`--help\` and \`--verbose\`. Exit codes: 0 all is well, 1 problems were found, 2 the command was called wrongly, 70 a defect
of Skene.`;

/** The page docs/reference/commands.md. */
export async function commandsReference(): Promise<string> {
  const list = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `| [\`${name}\`](#skene-${name}) | ${summary} |`,
  );
  const sections: string[] = [];
  for (const name of Object.keys(COMMANDS)) {
    const help = await helpOf(name);
    sections.push(`## skene ${name}\n\n${fenced(help)}`);
    for (const [, subcommand = ''] of subcommandsIn(help).matchAll(/^ {2}([a-z][\w-]*)/gm))
      if (subcommand !== 'help')
        sections.push(`### skene ${name} ${subcommand}\n\n${fenced(await helpOf(name, subcommand))}`);
  }
  return `${[HEAD, `| | |\n|---|---|\n${list.join('\n')}`, ...sections].join('\n\n')}\n`;
}

const subcommandsIn = (help: string): string => /^Commands:\n((?: {2}.*\n?)+)/m.exec(help)?.[1] ?? '';

const fenced = (text: string): string => `\`\`\`text\n${text.trim()}\n\`\`\``;

async function helpOf(...args: string[]): Promise<string> {
  let text = '';
  const write = { write: (part: string) => (text += part) };
  const terminal = createTerminal({ stdout: write, stderr: write, env: { NO_COLOR: '1' } });
  await run([...args, '--help'], { terminal, version: '0.0.0' });
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
