import type { Content } from '../content.ts';
import type { Failure } from '../message.ts';
import type { Settings } from '../settings.ts';

/** Where a run stands. */
export type RunState = 'RUN_STARTED' | 'RUN_SUCCESS' | 'RUN_FAILED' | 'RUN_CANCELED';

/** One entry of a run's list of steps. The first holds the initial payload and has the id 0. */
export interface Step {
  messageId: string;
  /** The step as the SDK submitted it (JSON); for the first entry the initial payload. */
  body: string;
  /** The body is base64 because the payload was not text. */
  base64?: true | undefined;
  /** 0 for the first entry and for the plan of a parallel step. */
  stepId: number;
  at: number;
}

/** The run that invoked a run, and the step of it that waits for the result. */
export interface Invoker {
  runId: string;
  url: string;
  createdAt: number;
  /** The invoking step as the SDK described it. */
  step: Record<string, unknown>;
}

/** How the failure function of a failed run is doing. */
export interface FailureCall {
  messageId: string;
  url: string;
  state: 'CALLBACK_INPROGRESS' | 'CALLBACK_SUCCESS' | 'CALLBACK_FAIL' | 'CALLBACK_CANCELED';
  responseStatus?: number | undefined;
  responseBody?: string | undefined;
  responseHeaders?: Record<string, string[]> | undefined;
  errors?: Failure[] | undefined;
}

/** The endpoint of a `context.call`, as the run's log shows it. */
export interface CalledEndpoint {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** A workflow run: a list of steps that only grows, and the settings its trigger stored for every delivery. */
export interface Run {
  readonly id: string;
  readonly url: string;
  readonly createdAt: number;
  /** Later runs have a higher one. */
  readonly order: number;
  readonly callerIp: string;
  settings: Settings;
  readonly steps: Step[];
  state: RunState;
  completedAt?: number | undefined;
  /** What the workflow returned, as JSON. */
  response?: string | undefined;
  readonly invoker?: Invoker | undefined;
  dlqId?: string | undefined;
  failureCall?: FailureCall | undefined;
  /** Started over REST: its first delivery asks the SDK to trigger itself, so that the SDK's version is known. */
  unknownSdk?: true | undefined;
  /** The SDK promised that the endpoint can be recognised (`WF_DetectTrigger`). */
  detectsTrigger?: true | undefined;
  /** The delivery that ended the run in failure. */
  failed?: { messageId: string; stepIndex: number | undefined; failures: Failure[] } | undefined;
  /** What its steps called, by the steps' ids. */
  calls?: Record<number, CalledEndpoint> | undefined;
  /** The ids of the runs that its steps invoked, by the steps' ids. */
  invoked?: Record<number, string> | undefined;
  /** The ids of its messages that are under way (derived). */
  readonly pending: string[];
  /** What it waits for (derived). */
  readonly waiters: Waiter[];
}

/** A step that waits for an event. */
export interface Waiter {
  readonly runId: string;
  readonly eventId: string;
  readonly stepId: number;
  /** When it stops waiting, in ms. */
  readonly deadline: number;
  /** The duration the SDK asked for, as it wrote it. */
  readonly timeout: string;
  /** Where the run goes on. */
  readonly url: string;
  /** The step as the SDK described it: the outcome is added to it. */
  readonly step: Record<string, unknown>;
  readonly createdAt: number;
}

/** An event that arrived before the step that waits for it. */
export interface SavedEvent {
  eventId: string;
  /** The step's `out` it will become: base64. */
  out: string | undefined;
  at: number;
}

/** The initial payload of a run. */
export function initialPayload(run: Run): Content {
  const first = run.steps[0];
  return { data: first?.body ?? '', base64: first?.base64 };
}
