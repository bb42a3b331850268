/** Floor 4: one effect, once. */
export { type ActionContext, type ActionResult, type ActionSite, performAction } from './perform.ts';
export { type PageItem, type PageSent, sendPage } from './send-page.ts';
