import { describe, expect, it } from 'vitest';
import { type EmailToRender, renderEmail } from './render.ts';
import type { TemplateSource } from './template.ts';

const URL = 'https://app.example.com/api/unsubscribe?token=a.b';

function liquid(html: string, { subject = 'Hello', text = 'Hello' } = {}): TemplateSource {
  return { kind: 'liquid', subject, html, text, variables: [] };
}

function render(template: TemplateSource, email: Partial<EmailToRender> = {}) {
  return renderEmail({ template, name: 'x', personalization: {}, scope: {}, ...email });
}

describe('renderEmail', () => {
  it('gives the template the personalization, the user, the row and the event', async () => {
    const { html } = await render(liquid('{{ name }} {{ user.id }} {{ row.id }} {{ event.type }}'), {
      personalization: { name: '{{ user.name }}!' },
      scope: { user: { id: 1, name: 'Ada' }, row: { id: 2 }, event: { type: 'db.users.insert' } },
    });
    expect(html).toBe('Ada! 1 2 db.users.insert');
  });

  it('keeps hostile values as text: HTML, Liquid and both, through personalization and without', async () => {
    const name = '<script>x</script>{{ unsubscribeUrl }}{% raw %}';
    const { html, text } = await render(liquid('{{ name }}|{{ user.name }}', { text: '{{ name }}' }), {
      personalization: { name: '{{ user.name }}' },
      scope: { user: { name } },
    });
    const escaped = '&lt;script&gt;x&lt;/script&gt;{{ unsubscribeUrl }}{% raw %}';
    expect(html).toBe(`${escaped}|${escaped}`);
    expect(text).toBe(`${name}\n`);
  });

  it('does not let personalization stand in for the user', async () => {
    const email = { personalization: { user: 'Eve' }, scope: { user: { name: 'Ada' } } };
    expect((await render(liquid('{{ user.name }}'), email)).html).toBe('Ada');
  });

  it('names the personalization or the template that has no value', async () => {
    await expect(render(liquid('x'), { personalization: { name: '{{ user.name }}' } })).rejects.toMatchObject(
      {
        code: 'VARIABLE_MISSING',
        message: 'The personalization "name" of template "x" needs "user", which has no value.',
      },
    );
    await expect(render(liquid('{{ link }}'))).rejects.toThrow(
      'Template "x" needs "link", which has no value.',
    );
    await expect(render(liquid('x', { subject: '{{ link }}' }))).rejects.toThrow(
      'The subject of template "x"',
    );
  });

  it('puts the subject on one line, from the action before the template', async () => {
    const scope = { user: { name: `A\r\nBcc: eve@example.com${'x'.repeat(400)}` } };
    const { subject } = await render(liquid('x'), { subject: 'Hi {{ user.name }}', scope });
    expect(subject).toMatch(/^Hi A Bcc: eve@example\.comx+$/);
    expect(subject).toHaveLength(250);
    await expect(render(liquid('x', { subject: ' ' }))).rejects.toThrow('Template "x" has no subject line.');
  });

  it('adds a link to unsubscribe where the template shows none, and only there', async () => {
    const added = await render(liquid('<html><body><p>x</p></body></html>'), { unsubscribeUrl: URL });
    expect(added.html).toMatch(
      /<p>x<\/p><p [^>]+><a href="https:[^"]+token=a\.b"[^>]*>Unsubscribe<\/a><\/p><\/body>/,
    );
    expect(added.text).toBe(`Hello\n\nUnsubscribe: ${URL}\n`);

    const own = '<a href="{{ unsubscribeUrl }}">No more</a>';
    const kept = await render(liquid(own, { text: 'Stop: {{ unsubscribeUrl }}' }), { unsubscribeUrl: URL });
    expect(kept.html).toBe(`<a href="${URL}">No more</a>`);
    expect(kept.text).toBe(`Stop: ${URL}\n`);

    expect((await render(liquid('<p>x</p>'))).html).toBe('<p>x</p>');
  });

  it('replaces a link that a value turned into code', async () => {
    const email = {
      personalization: { link: '{{ user.site }}' },
      scope: { user: { site: 'javascript:alert(1)' } },
    };
    expect((await render(liquid('<a href="{{ link }}">x</a>'), email)).html).toBe('<a href="#">x</a>');
  });

  it('renders components with the same names as props', async () => {
    const component: TemplateSource = {
      kind: 'component',
      subject: 'Hi {{ name }}',
      render: async ({ name, user }) => ({ html: `<p>${name}</p>`, text: JSON.stringify(user) }),
    };
    const email = { personalization: { name: '{{ user.name }}' }, scope: { user: { name: 'Ada' } } };
    expect(await render(component, { ...email, unsubscribeUrl: URL })).toMatchObject({
      subject: 'Hi Ada',
      html: expect.stringContaining(`<p>Ada</p><p style=`),
      text: `{"name":"Ada"}\n\nUnsubscribe: ${URL}\n`,
    });
  });

  it('does not try a component again that throws', async () => {
    const cause = new Error('no such prop');
    const component: TemplateSource = {
      kind: 'component',
      subject: 'x',
      render: () => Promise.reject(cause),
    };
    await expect(render(component)).rejects.toMatchObject({ code: 'TEMPLATE_INVALID', cause });
  });

  it('leaves no more than one empty line where conditions came to nothing', async () => {
    const text = 'a\n{% if x %}\nb\n{% endif %}\n\n{% if y %}c{% endif %}\n\r\nd  \n';
    expect((await render(liquid('x', { text }))).text).toBe('a\n\nd\n');
  });
});
