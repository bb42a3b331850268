/**
 * `@skene/sdk/gate`: the gate in the app's own process, for whatever speaks the Web's own types (Remix, SvelteKit, the edge), and as middleware
 * for Hono and Express.
 */
export {
  type GatedApp,
  type GateFront,
  type GateFrontOptions,
  openGate,
  type RouteOptions,
} from './gate-front.ts';
export { expressGate, honoGate } from './gate-middleware.ts';
export type { SubjectOf } from './gate-subject.ts';
