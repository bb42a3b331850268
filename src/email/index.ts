/** Floor 3: what an email says, to whom, and how it is sent. Loads neither Liquid nor Resend's client before the first email. */
export { addressKey, formatMailbox, isAddress, parseMailbox } from './address.ts';
export { type LayoutParts, layout } from './built-in/layout.ts';
export { builtInTemplates } from './built-in/templates.ts';
export { escapeHtml, variablesOf } from './liquid.ts';
export { type EmailToRender, type RenderedEmail, renderEmail } from './render.ts';
export {
  type BatchResult,
  createMailer,
  type EmailMessage,
  type Mailer,
  type MailerOptions,
} from './resend.ts';
export type { ComponentTemplate, LiquidTemplate, RenderedBody, TemplateSource } from './template.ts';
export { type Unsubscription, unsubscribeHeaders, unsubscribeUrl, verifyUnsubscribe } from './unsubscribe.ts';
