import { dirname, join } from 'node:path';
import type { CustomAction } from '../config/index.ts';
import type { TemplateSource } from '../email/index.ts';
import type { Deployment } from '../plan/index.ts';
import { type CheckOptions, type CheckResult, checkProject } from './check.ts';
import { readTemplates } from './templates.ts';

/** A project as it is served: its loops as data, and what they refer to by name. */
export interface Project {
  deployment: Deployment;
  templates: Readonly<Record<string, TemplateSource>>;
  actions: Readonly<Record<string, CustomAction>>;
}

/** Checks a project and, when it is right, makes it ready to be served without being built. */
export async function openProject(options: CheckOptions = {}): Promise<CheckResult & { project?: Project }> {
  const checked = await checkProject(options);
  if (checked.deployment === undefined) return checked;
  const { templates } = await readTemplates(options.templatesDir ?? join(dirname(checked.file), 'emails'));
  const sources = Object.fromEntries(Object.entries(templates).map(([name, { source }]) => [name, source]));
  return {
    ...checked,
    project: { deployment: checked.deployment, templates: sources, actions: checked.config?.actions ?? {} },
  };
}
