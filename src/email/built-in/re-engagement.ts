import type { LiquidTemplate } from '../template.ts';
import { button, layout, textFooter } from './layout.ts';

const subject = '{% if name != blank %}{{ name }}, your{% else %}Your{% endif %} work is where you left it';

/**
 * Invites back somebody who has been away. Needs nothing; takes `name`, `lastActivity` (a timestamp or words),
 * `returnUrl`, `product`, `address`.
 */
export const reEngagement: LiquidTemplate = {
  kind: 'liquid',
  subject,
  variables: [],
  html: layout({
    title: subject,
    preheader: 'Pick up right where you stopped.',
    body: `<h1>Pick up where you left off</h1>
<p>Hello{% if name != blank %} <bdi>{{ name }}</bdi>{% endif %},</p>
<p>It has been a while since we last saw you{% if product != blank %} at {{ product }}{% endif %}. Everything is still where you left it, so picking up again takes no setting up.</p>
{% if lastActivity != blank %}<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;">
<tr><td class="panel" style="padding:16px 20px;border-radius:8px;background-color:#f4f4f5;font-size:16px;line-height:1.5;">Your last activity<br><strong><bdi>{{ lastActivity | readable_date }}</bdi></strong></td></tr>
</table>
{% endif %}{% if returnUrl != blank %}${button('{{ returnUrl }}', 'Continue')}
{% endif %}<p style="margin-bottom:0;">Was something in your way? Reply to this email and tell us; we read every answer.</p>`,
  }),
  text: `Hello{% if name != blank %} {{ name }}{% endif %},

It has been a while since we last saw you{% if product != blank %} at {{ product }}{% endif %}. Everything is still where you left it, so picking up again takes no setting up.
{% if lastActivity != blank %}
Your last activity: {{ lastActivity | readable_date }}
{% endif %}{% if returnUrl != blank %}
Continue: {{ returnUrl }}
{% endif %}
Was something in your way? Reply to this email and tell us; we read every answer.

${textFooter}`,
};
