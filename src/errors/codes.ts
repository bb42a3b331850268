/**
 * Every way Skene fails, by who has to act. The codes are stable: scripts and dashboards may rely on them, and
 * `docs/errors.md` has one heading for each.
 */
export type ErrorCode =
  // the author of skene.config.ts
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_INVALID'
  | 'TEMPLATE_NOT_FOUND'
  | 'TEMPLATE_INVALID'
  | 'VARIABLE_MISSING'
  | 'QUERY_FAILED'
  | 'ACTION_NOT_FOUND'
  // the sender of a request
  | 'UNAUTHORIZED'
  | 'SIGNATURE_INVALID'
  | 'REQUEST_INVALID'
  | 'BODY_TOO_LARGE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  // the operator of the deployment
  | 'ENV_MISSING'
  | 'ENV_INVALID'
  | 'USAGE'
  // a service we depend on
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_REJECTED'
  | 'RATE_LIMITED'
  | 'SEND_UNKNOWN'
  // us
  | 'NOT_IMPLEMENTED'
  | 'INTERNAL';
