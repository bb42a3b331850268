/** Floor 4: event -> run id -> start, wake, cancel. Here hangs "nothing is lost, nothing runs twice". */
export { createDeadLetters, type DeadLetter, type DeadLetters, type StepLog } from './dead-letters.ts';
export { type Exit, type ExitContext, exitRuns, isOverWhenSuppressed } from './exit.ts';
export type { RunPayload } from './payload.ts';
export { createQStashClient, createReceiver, type QStashAccess, verifyQStashRequest } from './qstash.ts';
export { createQueue, type Queue } from './queue.ts';
export { STEP_PROTOCOL, type StartContext, type StartResult, startRuns } from './start.ts';
export { type WakeContext, wakeRuns } from './wake.ts';
