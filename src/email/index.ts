/** Floor 3: what an email says, to whom, and how it is sent. Loads neither Liquid nor Resend's client before the first email. */
export { addressKey, isAddress } from './address.ts';
export { type LayoutParts, layout } from './built-in/layout.ts';
export { builtInTemplates } from './built-in/templates.ts';
export { escapeHtml, variablesOf } from './liquid.ts';
export { renderEmail } from './render.ts';
export { type BatchResult, createMailer, type EmailMessage, type Mailer } from './resend.ts';
export type { ComponentTemplate, LiquidTemplate, RenderedBody, TemplateSource } from './template.ts';
export { unsubscribeHeaders, unsubscribeUrl } from './unsubscribe.ts';
