import { Cron } from 'croner';

import type { Content } from './content.ts';
import type { Engine } from './engine.ts';
import { NAME } from './header-group.ts';
import { createId } from './identifiers.ts';
import type { Message } from './message.ts';
import { viewContent, viewHeaders } from './message.ts';
import { RequestError } from './request-error.ts';
import type { Settings } from './settings.ts';

/** A message that is published at every tick of a cron expression. */
export interface Schedule {
  id: string;
  /** As it was given, with its `CRON_TZ=` prefix. */
  cron: string;
  url: string;
  settings: Settings;
  content: Content;
  createdAt: number;
  callerIp: string;
  paused: boolean;
  lastAt?: number | undefined;
  /** How the message of the last tick is doing. */
  lastState?: { messageId: string; state: 'IN_PROGRESS' | 'SUCCESS' | 'FAIL' } | undefined;
}

/** Parses a cron expression as QStash takes it: five fields, optionally after `CRON_TZ=Area/City `. Throws a 400. */
export function parseCron(text: string): Cron {
  const match = /^\s*(?:CRON_TZ=(\S+)\s+)?(.*?)\s*$/.exec(text);
  const [, timezone, pattern = ''] = match ?? [];
  const place = timezone === undefined ? { utcOffset: 0 } : { timezone };
  try {
    const cron = new Cron(pattern, { ...place, mode: '5-part', paused: true });
    // A wrong time zone shows only when a date is computed.
    if (timezone !== undefined) cron.nextRun();
    return cron;
  } catch (error) {
    throw new RequestError(400, `invalid cron "${text}": ${(error as Error).message}`);
  }
}

/** The first tick after `time`, both in ms; `undefined` when there is none. */
export function nextTick(cron: Cron, time: number): number | undefined {
  return cron.nextRun(new Date(time))?.getTime();
}

/** Creates a schedule, or replaces the one with the same id. Returns its id. */
export function saveSchedule(
  engine: Engine,
  schedule: Pick<Schedule, 'cron' | 'url' | 'settings' | 'content' | 'callerIp'> & { id: string | undefined },
): string {
  const id = schedule.id ?? createId('scd');
  if (!NAME.test(id))
    throw new RequestError(400, 'invalid Upstash-Schedule-Id: only letters, digits and -_. are allowed');
  parseCron(schedule.cron);
  const cron = schedule.cron.trim();
  engine.store.commit({
    type: 'schedule',
    schedule: { ...schedule, cron, id, createdAt: engine.clock.now(), paused: false },
  });
  armSchedule(engine, id);
  return id;
}

/** Sets the timer of a schedule's next tick (and drops the one that was set before). */
export function armSchedule(engine: Engine, id: string): void {
  const timer = engine.scheduleTimers.get(id);
  if (timer !== undefined) engine.agenda.cancel(timer);
  engine.scheduleTimers.delete(id);
  const schedule = engine.store.state.schedules.get(id);
  if (schedule === undefined || schedule.paused) return;
  const next = nextTick(parseCron(schedule.cron), engine.clock.now());
  if (next !== undefined)
    engine.scheduleTimers.set(
      id,
      engine.agenda.add(next, () => tick(engine, id)),
    );
}

function tick(engine: Engine, scheduleId: string): void {
  const schedule = requireSchedule(engine, scheduleId);
  const now = engine.clock.now();
  const id = createId('msg');
  const { settings, url, content, callerIp } = schedule;
  const due = now + (settings.delayMs ?? 0);
  engine.store.commit({
    type: 'schedule',
    schedule: { ...schedule, lastAt: now, lastState: { messageId: id, state: 'IN_PROGRESS' } },
  });
  armSchedule(engine, schedule.id);
  engine.accept({
    id,
    kind: 'publish',
    url,
    settings,
    content,
    createdAt: now,
    notBefore: due,
    attempts: 0,
    due,
    callerIp,
    scheduleId: schedule.id,
  });
}

/** Notes how a schedule's message ended. */
export function noteScheduleState(engine: Engine, message: Message, state: 'SUCCESS' | 'FAIL'): void {
  const schedule =
    message.scheduleId === undefined ? undefined : engine.store.state.schedules.get(message.scheduleId);
  if (schedule === undefined || schedule.lastState?.messageId !== message.id) return;
  const lastState = { messageId: message.id, state };
  engine.store.commit({ type: 'schedule', schedule: { ...schedule, lastState } });
}

/** The schedule with this id. Throws a 404. */
export function requireSchedule(engine: Engine, id: string): Schedule {
  const schedule = engine.store.state.schedules.get(id);
  if (schedule === undefined) throw new RequestError(404, `schedule ${id} not found`);
  return schedule;
}

/** Pauses or resumes a schedule; ticks that fall into a pause do not happen. */
export function pauseSchedule(engine: Engine, id: string, paused: boolean): void {
  engine.store.commit({ type: 'schedule', schedule: { ...requireSchedule(engine, id), paused } });
  armSchedule(engine, id);
}

/** Removes a schedule, if it exists. */
export function removeSchedule(engine: Engine, id: string): void {
  engine.store.commit({ type: 'unscheduled', id });
  armSchedule(engine, id);
}

/** A schedule as `GET /v2/schedules/{id}` shows it. */
export function viewSchedule(engine: Engine, schedule: Schedule): object {
  const { settings } = schedule;
  const { flow } = settings;
  return {
    scheduleId: schedule.id,
    cron: schedule.cron,
    destination: schedule.url,
    createdAt: schedule.createdAt,
    method: settings.method,
    header: viewHeaders(settings),
    ...viewContent(schedule.content, settings),
    retries: settings.retries,
    delay: settings.delayMs === undefined ? undefined : settings.delayMs / 1000,
    callback: settings.callback?.url,
    failureCallback: settings.failureCallback?.url,
    callerIP: schedule.callerIp,
    isPaused: schedule.paused,
    flowControlKey: flow?.key,
    parallelism: flow?.parallelism,
    rate: flow?.rate,
    period: flow?.rate === undefined ? undefined : flow.period,
    retryDelayExpression: settings.retryDelay,
    label: settings.labels?.[0],
    labels: settings.labels,
    lastScheduleTime: schedule.lastAt,
    nextScheduleTime: schedule.paused ? undefined : nextTick(parseCron(schedule.cron), engine.clock.now()),
    lastScheduleStates:
      schedule.lastState === undefined
        ? undefined
        : { [schedule.lastState.messageId]: schedule.lastState.state },
  };
}
