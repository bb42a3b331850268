import { describe, expect, it } from 'vitest';
import { variablesOf } from '../liquid.ts';
import { renderEmail } from '../render.ts';
import { builtInTemplates } from './templates.ts';

const UNSUBSCRIBE = 'https://app.example.com/api/unsubscribe?token=a.b';

const TYPICAL: Record<string, Record<string, string>> = {
  activation_welcome: {
    name: 'Ada',
    activationLink: 'https://app.example.com/start?a=1&b=2',
    product: 'Acme',
    address: '1 Main Street',
  },
  upgrade_prompt: {
    name: 'Ada',
    message: 'You have used 100 calls.',
    upgradeUrl: 'https://app.example.com/plans',
    used: '100',
    limit: '100',
    resetAt: '2026-12-12T00:00:00Z',
  },
  re_engagement: {
    name: 'Ada',
    lastActivity: '2026-11-02T09:00:00.000Z',
    returnUrl: 'https://app.example.com/',
  },
};
const MINIMAL: Record<string, Record<string, string>> = {
  activation_welcome: { activationLink: 'https://app.example.com/start' },
  upgrade_prompt: {},
  re_engagement: {},
};
const cases = Object.keys(builtInTemplates).flatMap((name) => [
  { name, data: 'typical', personalization: TYPICAL[name] ?? {} },
  { name, data: 'minimal', personalization: MINIMAL[name] ?? {} },
]);

function render(name: string, personalization: Record<string, string>, unsubscribeUrl?: string) {
  const template = builtInTemplates[name];
  if (template === undefined) throw new Error(`no template ${name}`);
  return renderEmail({ template, name, personalization, scope: {}, unsubscribeUrl });
}

describe.each(cases)('$name with $data data', ({ name, personalization }) => {
  it('reads well as plain text', async () => {
    const { subject, text } = await render(name, personalization, UNSUBSCRIBE);
    expect(`Subject: ${subject}\n\n${text}`).toMatchSnapshot();
  });

  it('is accessible, fits a phone and knows dark mode', async () => {
    const { subject, html } = await render(name, personalization, UNSUBSCRIBE);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<table/g)).toHaveLength(html.match(/<table role="presentation"/g)?.length ?? 0);
    expect(html).toContain('name="viewport" content="width=device-width, initial-scale=1"');
    expect(html).toContain('max-width:600px');
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    expect(html).not.toMatch(/width="?[3-9]\d\d/);
    expect(html).not.toMatch(/\{\{|\{%|href=""/);
    expect(html.length).toBeLessThan(20_000);
  });

  it('has a preheader, hidden from the eye and from screen readers', async () => {
    const { html } = await render(name, personalization, UNSUBSCRIBE);
    expect(html).toMatch(/<div style="display:none;[^"]*" aria-hidden="true">[A-Z][^<]{20,}<\/div>/);
  });

  it('shows the link to unsubscribe once, and none in a transactional email', async () => {
    const marketing = await render(name, personalization, UNSUBSCRIBE);
    expect(marketing.html.split(UNSUBSCRIBE)).toHaveLength(2);
    expect(marketing.text.split(UNSUBSCRIBE)).toHaveLength(2);
    const transactional = await render(name, personalization);
    expect(transactional.html + transactional.text).not.toContain('nsubscribe');
  });
});

describe('built-in templates', () => {
  it.each(Object.entries(builtInTemplates))('%s lists the variables it needs', async (name, template) => {
    if (template.kind !== 'liquid') throw new Error(`${name} is no Liquid`);
    const source = [template.subject, template.html, template.text].join('\n');
    expect(await variablesOf({ source, label: name })).toEqual(template.variables);
  });

  it('keep a hostile name out of the markup and of the headers', async () => {
    const name = '</h1><img src=x onerror=alert(1)>\r\nBcc: eve@example.com\u202e{{ x }}';
    const { subject, html } = await render('activation_welcome', {
      ...TYPICAL.activation_welcome,
      name: `{% raw %}${name}{% endraw %}`,
    });
    expect(html).toContain('&lt;/h1&gt;&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
    expect(subject).toBe(
      'Welcome, </h1><img src=x onerror=alert(1)> Bcc: eve@example.com{{ x }}: your first step',
    );
  });

  it('isolates a name that is written from right to left', async () => {
    const { html } = await render('re_engagement', { name: 'أحمد' });
    expect(html).toContain('<bdi>أحمد</bdi>');
  });

  it('make no link of a value that is code', async () => {
    const { html } = await render('activation_welcome', { activationLink: 'javascript:alert(1)' });
    expect(html).toContain('<a class="action" href="#"');
    expect(html).not.toContain('href="javascript');
  });
});
