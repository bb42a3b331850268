import { type Content, toBase64 } from '../content.ts';
import type { Message } from '../message.ts';
import type { Run, Step } from './run.ts';

/** One entry of the list of steps, as the SDK parses it. */
export interface RawStep {
  messageId: string;
  body: string;
  callType: 'step' | 'fromCallback';
}

/** A step in the form in which it travels. */
export function toRawStep(step: Step): RawStep {
  const body = toBase64({ data: step.body, base64: step.base64 });
  return { messageId: step.messageId, body, callType: 'step' };
}

/**
 * The body of a step's delivery: the run's steps up to and including the one it is about. Never the newest state: the
 * SDK tells by the last entry which of several parallel steps it is to run.
 */
export function stepsBody(run: Run, message: Message): Content {
  const last = message.stepIndex ?? run.steps.length - 1;
  // The entries hold base64 and ids only: written by hand, since this is the most frequent work of the server.
  let data = '[';
  for (let index = 0; index <= last; index++) {
    const step = run.steps[index];
    if (step === undefined) break;
    const body = toBase64({ data: step.body, base64: step.base64 });
    data += `${index === 0 ? '' : ','}{"messageId":"${step.messageId}","body":"${body}","callType":"step"}`;
  }
  return { data: `${data}]` };
}
