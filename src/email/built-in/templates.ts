import type { TemplateSource } from '../template.ts';
import { activationWelcome } from './activation-welcome.ts';
import { reEngagement } from './re-engagement.ts';
import { upgradePrompt } from './upgrade-prompt.ts';

/** The templates that every project has, by name. A file of that name in `emails/` takes a template's place. */
export const builtInTemplates: Record<string, TemplateSource> = {
  activation_welcome: activationWelcome,
  upgrade_prompt: upgradePrompt,
  re_engagement: reEngagement,
};
