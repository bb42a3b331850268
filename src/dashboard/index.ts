/** Floor 7: what the loops do, as pages for people: read here, changed by `operations`. */
export { act, type DashboardAction, readAction } from './act.ts';
export { diagramOf } from './diagram.ts';
export {
  type Frame,
  type Markup,
  PAGE_HEADERS,
  type Place,
  renderDocument,
  type View,
} from './document.ts';
export { emailHtml } from './email-view.ts';
export { LIVE_SCRIPT } from './live-script.ts';
export { loginPage } from './login-page.ts';
export { planOf, progressOf } from './progress.ts';
export { type DashboardContext, exportOf, viewOf } from './views.ts';
export { factOf, timeOf } from './words.ts';
