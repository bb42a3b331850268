import type { Client } from '@upstash/qstash';
import type { PlanRecovery } from '../plan/index.ts';

const FEATURES = 'LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig';

/** A message of QStash's batch endpoint. */
type BatchMessage = Parameters<Client['batch']>[0][number];

/** A workflow run to start. */
export interface Trigger {
  /** With the `wfr_` in front that QStash gives run ids. */
  runId: string;
  url: string;
  payload: unknown;
  label: string;
  recovery: PlanRecovery;
  /** Headers that every delivery of the run carries. */
  headers: Record<string, string>;
  /** Runs with one key take their steps one after another. */
  flowKey?: string | undefined;
}

/**
 * The message that starts a run, as `client.trigger` of `@upstash/workflow` would send it (a test compares the two). It is sent
 * through `client.batch` of `@upstash/qstash` because `trigger` of several runs hides the failure of one: batch answers for each.
 * @see https://upstash.com/docs/workflow
 */
export function triggerMessage({
  runId,
  url,
  payload,
  label,
  recovery,
  headers,
  flowKey,
}: Trigger): BatchMessage {
  const shared = {
    retries: String(recovery.retries),
    'retry-delay': recovery.retryDelay,
    'feature-set': FEATURES,
    ...(flowKey === undefined ? {} : { 'flow-control-key': flowKey, 'flow-control-value': 'parallelism=1' }),
  };
  const forwarded = { 'upstash-label': label, ...headers };
  return {
    url,
    method: 'POST',
    body: JSON.stringify(payload),
    headers: {
      'content-type': 'application/json',
      'upstash-workflow-init': 'true',
      'upstash-workflow-runid': runId,
      'upstash-workflow-url': url,
      'upstash-workflow-sdk-version': '1',
      'upstash-label': label,
      'upstash-forward-upstash-workflow-sdk-version': '1',
      ...prefixed('upstash-', shared),
      ...prefixed('upstash-forward-', forwarded),
      'upstash-failure-callback': url,
      'upstash-failure-callback-workflow-runid': runId,
      'upstash-failure-callback-workflow-url': url,
      'upstash-failure-callback-workflow-init': 'false',
      'upstash-failure-callback-workflow-calltype': 'failureCall',
      'upstash-failure-callback-forward-upstash-workflow-is-failure': 'true',
      'upstash-failure-callback-forward-upstash-workflow-failure-callback': 'true',
      ...prefixed('upstash-failure-callback-', shared),
      ...prefixed('upstash-failure-callback-forward-', forwarded),
    },
  };
}

function prefixed(prefix: string, headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${prefix}${name}`, value]));
}
