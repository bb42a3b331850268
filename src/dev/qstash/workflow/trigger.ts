import type { Content } from '../content.ts';
import type { Engine } from '../engine.ts';
import { collectHeaders } from '../header-group.ts';
import { createId } from '../identifiers.ts';
import { checkDestination, checkSize } from '../publish.ts';
import { readNotBefore, readSettings } from '../settings.ts';
import { type Started, startRun } from './start.ts';

/**
 * Starts a run over REST (`POST /v2/trigger/{url}`). The endpoint is asked to trigger itself first, so that its SDK can
 * say what it is; a failure function is called unless a failure URL was given.
 */
export function trigger(
  engine: Engine,
  request: { url: string; headers: Iterable<readonly [string, string]>; content: Content; callerIp: string },
): Omit<Started, 'messageId'> {
  const url = checkDestination(request.url);
  checkSize(engine, request.content);
  const group = collectHeaders(request.headers);
  const { limits } = engine.options;
  const settings = readSettings(group, limits);
  const asked = group.get('workflow-runid');
  const { messageId: _, ...started } = startRun(engine, {
    id: asked === undefined ? createId('wfr') : asked.startsWith('wfr_') ? asked : `wfr_${asked}`,
    url,
    settings: {
      ...settings,
      delayMs: undefined,
      failureCallback: {
        url: settings.failureCallback?.url ?? url,
        settings: {
          ...(settings.failureCallback?.settings ?? { method: 'POST', headers: {} }),
          headers: {
            'content-type': 'application/json',
            ...settings.headers,
            ...settings.failureCallback?.settings.headers,
            'upstash-workflow-is-failure': 'true',
            'upstash-workflow-failure-callback': 'true',
          },
        },
      },
    },
    payload: request.content,
    callerIp: request.callerIp,
    notBefore: readNotBefore(group, { now: engine.clock.now(), limits }),
    detectsTrigger: false,
    unknownSdk: true,
  });
  return started;
}
