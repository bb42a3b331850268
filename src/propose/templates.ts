/** An email that a loop sends, as the file a team will make its own. */
interface Template {
  name: string;
  text: string;
}

/** Greets whoever has taken the first step, or is about to. */
export function welcomeTemplate(): Template {
  return {
    name: 'activation_welcome',
    text: `---
subject: "Welcome{% if name != blank %}, {{ name }}{% endif %}: your first step"
preheader: You are one small step away from seeing what it can do for you.
---

# Welcome{% if name != blank %}, {{ name }}{% endif %}

It is good to have you. Your account is ready, and the quickest way to find out what it can do for you is to try it on something of your own.

{% if activationLink != blank %}
[Take the first step]({{ activationLink }})
{% endif %}

Stuck, or missing something? Just reply to this email.
`,
  };
}

/** Tells whoever has reached the limit of a plan what to do. */
export function upgradeTemplate(): Template {
  return {
    name: 'upgrade_prompt',
    text: `---
subject: You have reached the limit of your plan
preheader: Here is how you go on.
---

# You have reached the limit of your plan

Hello{% if name != blank %} {{ name }}{% endif %},

{% if message != blank %}{{ message }}{% else %}You have used everything that your current plan includes.{% endif %}

{% if used != blank and limit != blank %}
You have used {{ used }} of {{ limit }}.
{% endif %}

{% if resetAt != blank %}
Your allowance starts over on {{ resetAt | readable_date }}.
{% endif %}

{% if upgradeUrl != blank %}
[See the plans]({{ upgradeUrl }})
{% endif %}

Everything you have made stays yours and stays where it is.
`,
  };
}

/** Invites back whoever has been away. */
export function returnTemplate(): Template {
  return {
    name: 're_engagement',
    text: `---
subject: "{% if name != blank %}{{ name }}, your{% else %}Your{% endif %} work is where you left it"
preheader: Pick up right where you stopped.
---

# Pick up where you left off

Hello{% if name != blank %} {{ name }}{% endif %},

It has been a while since we last saw you. Everything is still where you left it, so picking up again takes no setting up.

{% if lastActivity != blank %}
Your last activity: {{ lastActivity | readable_date }}
{% endif %}

Was something in your way? Reply to this email and tell us; we read every answer.
`,
  };
}
