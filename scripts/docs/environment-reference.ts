import { VariablesSchema } from '../../src/env/variables.ts';
import { docstringsOf, type Forms } from './docstrings.ts';

const HEAD = `# Environment

Every variable that Skene's functions and commands read. \`src/env\` alone reads them, each when it is first needed; an empty one counts as not
set. \`.env.example\` has those that a deployment needs. The commands read \`.env.local\` and \`.env\` beside the config. Made with
\`npm run docs:reference\`.

The variable with your database's URL is \`DATABASE_URL\` unless the config says otherwise: \`database: { url: 'NAME' }\`.`;

/** The page docs/reference/environment.md. @param forms the constants of src/env/variables.ts. */
export function environmentReference(forms: Forms): string {
  const docs = docstringsOf('VariablesSchema', forms);
  const rows = Object.keys(VariablesSchema.shape).map((name) => `| \`${name}\` | ${docs.get(name) ?? ''} |`);
  return `${HEAD}\n\n| variable | |\n|---|---|\n${rows.join('\n')}\n`;
}
