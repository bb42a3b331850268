/** What became of somebody, by the words in which it is kept. */
const OUTCOMES: Readonly<Record<string, string>> = {
  started: 'A run started',
  met: 'The condition was true',
  timed_out: 'The time was up before the condition was true',
  sent: 'Mailed',
  delivered: 'The email was delivered',
  opened: 'The email was opened',
  clicked: 'A link in the email was clicked',
  bounced: 'The email bounced',
  complained: 'The email was reported as spam',
  suppressed: 'Not mailed: the address must not be mailed',
  skipped: 'Not mailed',
  held_out: 'Not mailed: they are held out, so that the effect on the others can be seen',
  blocked: 'Blocked at the limit',
  converted: 'The goal was reached',
  postponed: 'Put off',
  followed: 'The loop was changed, and the run goes on by what it says now',
  kept: 'The loop was changed, and the run keeps to this step as it was',
  superseded: 'Not begun: the loop was changed, and the run ended there',
  cancelled: 'The run was ended',
  failed: 'The run was given up',
  done: 'Done',
};

/** Why somebody was passed over, by the words in which it is kept. */
const REASONS: Readonly<Record<string, string>> = {
  'frequency cap': 'the frequency cap was reached',
  'quiet hours': 'it was in their quiet hours',
  episode: 'they were mailed in this episode, and have not left the audience since',
  reentry: 'the loop does not take them again',
  'step not due': 'the next step is not due yet',
  condition: 'the condition of the step was not true',
  'no address': 'there is no address to mail',
  'left the audience': 'they had left the audience before the email went out',
};

/** A fact as a sentence: `Not mailed: the frequency cap was reached (welcome).` */
export function sentenceOf({
  outcome,
  step = '',
  detail,
}: {
  outcome: string;
  step?: string;
  detail?: Record<string, unknown> | undefined;
}): string {
  const reason = typeof detail?.reason === 'string' && detail.reason !== '' ? detail.reason : undefined;
  // Nobody forbade it: there is nowhere to send to.
  const words = OUTCOMES[reason === 'no address' ? 'skipped' : outcome] ?? outcome;
  const why = reason === undefined || outcome === 'held_out' ? '' : `: ${REASONS[reason] ?? reason}`;
  const told = `${words}${words.includes(':') ? why.replace(': ', ', ') : why}`.replace(/\.$/, '');
  return `${told}${step === '' ? '' : ` (${step})`}.`;
}
