/** The port each part is served on; 0 for any free one. A busy port is passed over for the next. */
export interface StackPorts {
  functions: number;
  qstash: number;
  redis: number;
  postgres: number;
  inbox: number;
}

/** The ports people expect: Next.js' for the functions, QSTASH_DEV's for QStash, Mailpit's for the inbox. */
export const USUAL_PORTS: StackPorts = {
  functions: 3000,
  qstash: 8080,
  redis: 8079,
  postgres: 5433,
  inbox: 8025,
};
