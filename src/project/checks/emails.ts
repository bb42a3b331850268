import { closestName } from './closest-name.ts';
import { type CheckContext, emailsOf, type Finding, type PlacedEmail } from './context.ts';

/** What every template may use besides the personalization. */
const SUPPLIED = ['user', 'row', 'event', 'unsubscribeUrl'];

/** Templates exist, and everything they need is supplied. */
export function checkEmails(context: CheckContext): Finding[] {
  return emailsOf(context.config).flatMap((placed) =>
    versionsOf(placed).flatMap((version) => checkVersion(version, context)),
  );
}

/** One content an email may go out with: the action's own, or a variant's. */
interface Version {
  template: string;
  templatePath: Array<string | number>;
  personalization: Record<string, string>;
  personalizationPath: Array<string | number>;
}

function versionsOf({ email, path }: PlacedEmail): Version[] {
  const own: Version = {
    template: email.template,
    templatePath: [...path, 'template'],
    personalization: email.personalization ?? {},
    personalizationPath: [...path, 'personalization'],
  };
  const variants = (email.variants ?? []).map((variant, index): Version => {
    const variantPath = [...path, 'variants', index];
    return {
      template: variant.template ?? email.template,
      templatePath: variant.template === undefined ? variantPath : [...variantPath, 'template'],
      personalization: { ...email.personalization, ...variant.personalization },
      personalizationPath:
        variant.personalization === undefined ? variantPath : [...variantPath, 'personalization'],
    };
  });
  return [own, ...variants];
}

function checkVersion(version: Version, { templates }: CheckContext): Finding[] {
  const found = Object.hasOwn(templates, version.template) ? templates[version.template] : undefined;
  if (found === undefined) return [unknownTemplate(version, Object.keys(templates))];
  if (found.source.kind !== 'liquid') return [];
  const supplied = [...SUPPLIED, ...Object.keys(version.personalization)];
  return found.source.variables
    .filter((variable) => !supplied.includes(rootOf(variable)))
    .map((variable) => ({
      code: 'template_variable',
      path: version.personalizationPath,
      message: `does not supply ${rootOf(variable)}, which the template "${version.template}" needs`,
      hint: `Add ${rootOf(variable)}: '{{user.…}}' to the personalization, or give it a default in the template: {{ ${variable} | default: "…" }}.`,
    }));
}

function unknownTemplate({ template, templatePath }: Version, known: readonly string[]): Finding {
  const closest = closestName(template, known);
  return {
    code: 'template_not_found',
    path: templatePath,
    message: `is "${template}", and there is no template of that name`,
    hint: `${closest === undefined ? '' : `Did you mean "${closest}"? `}Put the file ${template}.html, .md, .txt or .tsx into emails/. The templates there are: ${[...known].sort().join(', ')}.`,
  };
}

/** The name at the head of a path: `user` of `user.name`. */
export function rootOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
