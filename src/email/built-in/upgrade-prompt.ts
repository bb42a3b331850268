import type { LiquidTemplate } from '../template.ts';
import { button, layout, textFooter } from './layout.ts';

const message = `{% if message != blank %}{{ message }}{% else %}You have used everything that your current plan includes.{% endif %}`;

/**
 * Tells somebody that a limit of their plan is reached. Needs nothing; takes `name`, `message`, `upgradeUrl`, `used`,
 * `limit`, `resetAt` (ISO 8601), `product`, `address`.
 */
export const upgradePrompt: LiquidTemplate = {
  kind: 'liquid',
  subject: 'You have reached the limit of your plan',
  variables: [],
  html: layout({
    title: 'You have reached the limit of your plan',
    preheader: message,
    body: `<h1>You have reached the limit of your plan</h1>
<p>Hello{% if name != blank %} <bdi>{{ name }}</bdi>{% endif %},</p>
<p>${message}</p>
{% if used != blank and limit != blank %}<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;">
<tr><td class="panel" align="center" style="padding:16px;border-radius:8px;background-color:#f4f4f5;font-size:16px;line-height:1.5;"><strong style="font-size:24px;">{{ used }}</strong> of {{ limit }} used{% if resetAt != blank %}<br>Your allowance starts over on {{ resetAt | readable_date }}{% endif %}</td></tr>
</table>
{% elsif resetAt != blank %}<p>Your allowance starts over on {{ resetAt | readable_date }}.</p>
{% endif %}{% if upgradeUrl != blank %}${button('{{ upgradeUrl }}', 'See the plans')}
{% else %}<p>To carry on right away, upgrade your plan in the settings of your account.</p>
{% endif %}<p style="margin-bottom:0;">Everything you have made stays yours and stays where it is.</p>`,
  }),
  text: `Hello{% if name != blank %} {{ name }}{% endif %},

${message}
{% if used != blank and limit != blank %}
{{ used }} of {{ limit }} used.
{% endif %}{% if resetAt != blank %}
Your allowance starts over on {{ resetAt | readable_date }}.
{% endif %}
{% if upgradeUrl != blank %}See the plans: {{ upgradeUrl }}{% else %}To carry on right away, upgrade your plan in the settings of your account.{% endif %}

Everything you have made stays yours and stays where it is.

${textFooter}`,
};
