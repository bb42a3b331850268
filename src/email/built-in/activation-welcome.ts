import type { LiquidTemplate } from '../template.ts';
import { button, layout, textFooter } from './layout.ts';

const subject = 'Welcome{% if name != blank %}, {{ name }}{% endif %}: your first step';

/** Greets somebody who signed up and has not got going. Needs `activationLink`; takes `name`, `product`, `address`. */
export const activationWelcome: LiquidTemplate = {
  kind: 'liquid',
  subject,
  variables: ['activationLink'],
  html: layout({
    title: subject,
    preheader: 'You are one small step away from seeing what it can do for you.',
    body: `<h1>Welcome{% if name != blank %}, <bdi>{{ name }}</bdi>{% endif %}</h1>
<p>It is good to have you{% if product != blank %} at {{ product }}{% endif %}. Your account is ready, and the quickest way to find out what it can do for you is to try it on something of your own.</p>
<p>It takes about two minutes:</p>
${button('{{ activationLink }}', 'Take the first step')}
<p>If the button does not work, open this link:<br><a href="{{ activationLink }}">{{ activationLink }}</a></p>
<p style="margin-bottom:0;">Stuck, or missing something? Just reply to this email.</p>`,
  }),
  text: `Welcome{% if name != blank %}, {{ name }}{% endif %}!

It is good to have you{% if product != blank %} at {{ product }}{% endif %}. Your account is ready, and the quickest way to find out what it can do for you is to try it on something of your own. It takes about two minutes:

{{ activationLink }}

Stuck, or missing something? Just reply to this email.

${textFooter}`,
};
