import { configJsonSchema, type JsonSchema } from '../../src/config/index.ts';
import { docstringsOf, type Forms } from './docstrings.ts';

/** Which constant of src/config stands behind a part of the JSON Schema. */
const CONSTANTS: Readonly<Record<string, string>> = {
  Config: 'ConfigSchema',
  Loop: 'LoopSchema',
  Step: 'StepSchema',
  Trigger: 'TriggerSchema',
  Condition: 'ConditionSchema',
  Action: 'ActionSchema',
  Email: 'EmailAction',
};
const HEAD = `# skene.config.ts

Every key, what it may be, and what it is unless told. Made from the schema that \`skene check\` reads by, with \`npm run docs:reference\`; the schema
itself: \`npx skene schema\`.

\`skene.config.ts\` exports one loop (\`defineLoop\`), an array of loops, or a whole configuration (\`defineConfig\`). A key that is not listed is
refused.`;

/** A row of a table. */
interface Row {
  path: string;
  schema: JsonSchema;
  isRequired: boolean;
}

/** The page docs/reference/config.md. @param forms the constants of src/config. */
export function configReference(forms: Forms): string {
  const { $defs = {} } = configJsonSchema();
  const objects = Object.keys(CONSTANTS).map((name) => {
    const schema = $defs[name] ?? {};
    const docs = docstringsOf(CONSTANTS[name] ?? '', forms);
    return `## ${name}\n\n${sentence(schema.description ?? '')}\n\n${variantsOf(schema, $defs, docs).join('\n\n')}`;
  });
  const texts = Object.entries($defs)
    .filter(([name, schema]) => !(name in CONSTANTS) && !name.startsWith('__') && schema.description)
    .map(([name, schema]) => `| ${code(name)} | ${cell(schema.description ?? '')} |`);
  return `${[HEAD, ...objects, `## Texts with a form\n\n| | |\n|---|---|\n${texts.join('\n')}`].join('\n\n')}\n`;
}

/** The tables of an object, or of each object that one chooses among. */
function variantsOf(
  schema: JsonSchema,
  $defs: Readonly<Record<string, JsonSchema>>,
  docs: ReadonlyMap<string, string>,
): string[] {
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices === undefined) return [tableOf(schema, typeOf(schema), docs)];
  return choices.map((choice) => {
    const { name, target } = resolved(choice, $defs);
    const type = typeOf(target);
    if (name !== undefined) return `### ${code(type)}\n\nSee [${name}](#${name.toLowerCase()}).`;
    return `### ${code(type)}\n\n${tableOf(target, type, docs)}`;
  });
}

function resolved(
  schema: JsonSchema,
  $defs: Readonly<Record<string, JsonSchema>>,
): { name?: string; target: JsonSchema } {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? { target: schema } : { name, target: $defs[name] ?? {} };
}

const typeOf = ({ properties }: JsonSchema): string => String(properties?.type?.const ?? '');

function tableOf(schema: JsonSchema, variant: string, docs: ReadonlyMap<string, string>): string {
  const rows = rowsOf(schema, '')
    .filter(({ path }) => variant === '' || path !== 'type')
    .map(({ path, schema: value, isRequired }) => {
      const plainPath = path.replace('.<name>', '');
      const about = docs.get(variant === '' ? plainPath : `${variant}.${plainPath}`) ?? '';
      const fallback = isRequired ? 'has to be there' : defaultOf(value);
      return `| ${code(path)} | ${formOf(value)} | ${fallback} | ${cell(about)} |`;
    });
  return ['| key | may be | unless told | |', '|---|---|---|---|', ...rows].join('\n');
}

/** The members of an object, and those of objects within it. */
function rowsOf({ properties = {}, required = [] }: JsonSchema, path: string): Row[] {
  return Object.entries(properties).flatMap(([name, schema]): Row[] => {
    const here = path === '' ? name : `${path}.${name}`;
    const inner = schema.properties !== undefined ? schema : plainObjectOf(schema);
    if (inner !== undefined)
      return rowsOf(inner, here).map((row) => ({
        ...row,
        isRequired: row.isRequired && required.includes(name),
      }));
    if (
      typeof schema.additionalProperties === 'object' &&
      schema.additionalProperties.properties !== undefined
    )
      return rowsOf(schema.additionalProperties, `${here}.<name>`);
    return [{ path: here, schema, isRequired: required.includes(name) }];
  });
}

/** The object of "false, or an object". */
function plainObjectOf({ anyOf }: JsonSchema): JsonSchema | undefined {
  const objects = anyOf?.filter(({ properties }) => properties !== undefined) ?? [];
  const isOnOrOff = anyOf?.length === 2 && anyOf.some((choice) => choice.const === false);
  return isOnOrOff ? objects[0] : undefined;
}

function formOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return name.startsWith('__')
      ? 'JSON'
      : `[${name}](#${name in CONSTANTS ? name.toLowerCase() : 'texts-with-a-form'})`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(formOf).join(' or ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const).replaceAll('"', "'"));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(`'${value}'`)).join(', ');
  if (schema.title !== undefined) return code(schema.title);
  if (schema.type === 'array')
    return `array of ${formOf(schema.items ?? {})}${schema.minItems ? `, at least ${schema.minItems}` : ''}`;
  if (schema.properties !== undefined)
    return `${code('{')} ${rowsOf(schema, '')
      .map(({ path, schema: value }) => `${path}: ${formOf(value)}`)
      .join(', ')} ${code('}')}`;
  if (schema.type === 'object')
    return typeof schema.additionalProperties === 'object'
      ? `names, each with ${formOf(schema.additionalProperties)}`
      : 'object';
  return `${Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type === 'integer' ? 'whole number' : schema.type}${boundsOf(schema)}`;
}

function boundsOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return '';
  return ` from ${minimum} to ${maximum}`;
}

function defaultOf(schema: JsonSchema): string {
  if (schema.default === undefined || typeof schema.default === 'object') return '';
  return code(typeof schema.default === 'string' ? `'${schema.default}'` : String(schema.default));
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('{@link ', '').replace(/\.$/, '');
const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
