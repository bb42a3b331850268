import { describe, expect, it } from 'vitest';
import type { LoopOutcomes, TrialOutcomes } from '../outcomes/index.ts';
import { printOutcomes } from './print-outcomes.ts';
import { createTerminal } from './terminal.ts';

const trial: TrialOutcomes = {
  entry: 'step-1',
  goal: { by: 'event', withinSeconds: 14 * 86_400 },
  holdout: 0.2,
  treated: { subjects: 200, converted: 30 },
  heldOut: { subjects: 50, converted: 4 },
  took: [],
  unmailed: 2,
  uplift: { difference: 0.07, low: -0.041, high: 0.139 },
  emails: [
    {
      step: 'step-1',
      variants: [
        {
          variant: 'plain',
          pinned: true,
          sent: 200,
          opened: 90,
          clicked: 12,
          open: 40,
          converted: 30,
          rate: { share: 0.15, low: 0.107, high: 0.206 },
        },
        {
          variant: 'new',
          pinned: false,
          sent: 0,
          opened: 0,
          clicked: 0,
          open: 0,
          converted: 0,
          rate: undefined,
        },
      ],
    },
  ],
};
const outcomes: LoopOutcomes = {
  loop: 'win-back',
  type: 'retention',
  days: 30,
  daily: [],
  entered: 250,
  converted: 36,
  outcomes: { sent: 200, held_out: 50 },
  reasons: { 'skipped: frequency cap': 3 },
  trials: [trial],
};

function printed(what: LoopOutcomes): string[] {
  let text = '';
  const stream = {
    write(part: string) {
      text += part;
    },
  };
  printOutcomes(what, createTerminal({ stdout: stream, stderr: stream, env: { NO_COLOR: '1' } }));
  return text.split('\n').map((line) => line.trimEnd());
}

describe('printOutcomes', () => {
  it('says who reached the goal, by group and by variant, and what the emails add', () => {
    expect(printed(outcomes)).toEqual([
      'win-back (retention), the last 30 days',
      '  entered 250  sent 200  held_out 50  converted 36',
      '  skipped: frequency cap 3',
      '  goal within 14d, by event (step-1)',
      '    mailed 200, of whom 30 reached it (15.0 %)',
      '    held out 50, of whom 4 reached it (8.0 %)',
      '    2 reached it before any email',
      '    uplift +7.0 points (95 %: −4.1 points to +13.9 points)',
      '    email   variant         sent  opened  clicked  pending  reached  share   95 % interval',
      '    step-1  plain (pinned)  200   90      12       40       30       15.0 %  10.7 % to 20.6 %',
      '    step-1  new             0     0       0        0        0',
      '',
      '',
    ]);
  });

  it('says how to learn what the emails add where nobody is held out', () => {
    const alone = { ...trial, holdout: 0, heldOut: { subjects: 0, converted: 0 }, uplift: undefined };
    expect(printed({ ...outcomes, trials: [alone] }).join('\n')).toContain('set holdout: 0.1');
    const fresh = { ...trial, treated: { subjects: 0, converted: 0 }, uplift: undefined };
    expect(printed({ ...outcomes, trials: [fresh] }).join('\n')).toContain('no uplift yet');
  });
});
