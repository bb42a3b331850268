/** Floor 2: what a compiled loop is, which events start it, and how it reads. Pure. */

export { sendsMarketing } from './actions.ts';
export { type Course, courseOf, successorOf } from './course.ts';
export {
  AUDIENCE,
  BLOCKED,
  hasValues,
  isStartedBy,
  type Match,
  matchPlans,
  taskOf,
  tickEventType,
} from './match.ts';
export type {
  Deployment,
  GoalSign,
  KeptTable,
  KeptTables,
  Plan,
  PlanAction,
  PlanCondition,
  PlanEmail,
  PlanGoal,
  PlanRecovery,
  PlanRules,
  PlanStep,
  PlanTrigger,
  QuietHours,
  Scalar,
  UsagePeriod,
  UsersTable,
  Wake,
  Watch,
} from './plan.ts';
export { quietUntil } from './quiet-hours.ts';
export { namesOf, type SubjectColumns, topicsOf, topicsOfEvent } from './topics.ts';
