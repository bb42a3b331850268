/** Floor 7: what the loops do, as pages for people: read here, changed by `operations`. */
export { act, type DashboardAction, readAction } from './act.ts';
export { LIVE_SCRIPT, PAGE_HEADERS, renderDocument } from './document.ts';
export { loginPage } from './login-page.ts';
export { type DashboardContext, exportOf, viewOf } from './views.ts';
