import { parseDuration } from './duration.ts';
import { type HeaderGroup, NAME } from './header-group.ts';
import { RequestError } from './request-error.ts';

/** A flow-control key and the limits a message brings for it. */
export interface FlowControl {
  key: string;
  parallelism?: number | undefined;
  rate?: number | undefined;
  /** The length of the rate's period in seconds. */
  period: number;
}

function readLimit(text: string, name: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new RequestError(
      400,
      `invalid Upstash-Flow-Control-Value: ${name} "${text}" is not a positive number`,
    );
  }
  return Number(text);
}

/** Parses `Upstash-Flow-Control-Key` and `-Value` (`parallelism=1, rate=2, period=1m`, in any order). */
export function readFlowControl(group: HeaderGroup): FlowControl | undefined {
  const key = group.get('flow-control-key');
  const value = group.get('flow-control-value');
  if (key === undefined && value === undefined) return undefined;
  if (key === undefined || value === undefined) {
    throw new RequestError(
      400,
      'Upstash-Flow-Control-Key and Upstash-Flow-Control-Value must be sent together',
    );
  }
  if (!NAME.test(key)) {
    throw new RequestError(400, 'invalid Upstash-Flow-Control-Key: only letters, digits and -_. are allowed');
  }
  const flow: FlowControl = { key, period: 1 };
  for (const part of value.split(',')) {
    const [name = '', text = ''] = part.split('=').map((side) => side.trim());
    if (name === 'parallelism') flow.parallelism = readLimit(text, name);
    else if (name === 'rate' || name === 'ratePerSecond') flow.rate = readLimit(text, name);
    else if (name === 'period') flow.period = readPeriod(text);
    else throw new RequestError(400, `invalid Upstash-Flow-Control-Value: unknown "${name}"`);
  }
  if (flow.parallelism === undefined && flow.rate === undefined) {
    throw new RequestError(400, 'invalid Upstash-Flow-Control-Value: give parallelism, rate or both');
  }
  return flow;
}

function readPeriod(text: string): number {
  const periodMs = parseDuration(text);
  if (periodMs === undefined || periodMs < 1000) {
    throw new RequestError(
      400,
      `invalid Upstash-Flow-Control-Value: period "${text}" is not a duration from 1s`,
    );
  }
  return periodMs / 1000;
}
