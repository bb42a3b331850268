import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEmail, type TemplateSource } from '../../../src/email/index.ts';
import { readTemplates, type Templates } from '../../../src/project/templates.ts';
import { generateTemplatesModule } from '../../../src/project/templates-module.ts';

const emails = new URL('templates', import.meta.url).pathname;
const compiled = new URL('compiled', import.meta.url).pathname;

let found: Templates;
beforeAll(async () => {
  found = await readTemplates(emails);
});
afterAll(() => rm(compiled, { recursive: true, force: true }));

function render(template: TemplateSource | undefined) {
  if (template === undefined) throw new Error('the template was not found');
  return renderEmail({
    template,
    name: 'invite',
    personalization: { team: '{{ row.name }}', link: '{{ row.link }}' },
    scope: { row: { name: '<b>R&D</b>\r\n', link: 'https://app.example.com/join?a=1&b=2' } },
    unsubscribeUrl: 'https://app.example.com/u',
  });
}

describe('a React Email template', () => {
  it('is rendered with its props, its subject and a link to unsubscribe', async () => {
    const { subject, html, text } = await render(found.templates.invite?.source);
    expect(subject).toBe('Join <b>R&D</b>');
    expect(html).toContain('&lt;b&gt;R&amp;D&lt;/b&gt;');
    expect(html).toContain('href="https://app.example.com/join?a=1&amp;b=2"');
    expect(html).toContain('<a href="https://app.example.com/u"');
    expect(text).toContain('You are invited to <b>R&D</b>');
  });

  it('that exports no component is a problem with a place', () => {
    expect(found.problems).toMatchObject([
      {
        message: expect.stringContaining('has to export a component'),
        where: { file: `${emails}/broken.tsx` },
      },
    ]);
  });

  it('gives the same email from the module that is deployed', async () => {
    await mkdir(compiled, { recursive: true });
    const source = generateTemplatesModule(found.templates, compiled, '../../../../src/email/index.ts');
    await writeFile(`${compiled}/templates.ts`, source);
    const module: { templates: Record<string, TemplateSource> } = await import(`${compiled}/templates.ts`);
    expect(await render(module.templates.invite)).toEqual(await render(found.templates.invite?.source));
  });
});
