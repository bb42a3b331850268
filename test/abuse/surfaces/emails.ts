import fc from 'fast-check';
import { formatMailbox, isAddress, parseMailbox, singleLine } from '../../../src/email/address.ts';
import { builtInTemplates, layout, renderEmail, variablesOf } from '../../../src/email/index.ts';
import { withSafeLinks } from '../../../src/email/links.ts';
import { escapeHtml, renderLiquid } from '../../../src/email/liquid.ts';
import { isSkeneError } from '../../../src/errors/index.ts';
import { hostileJson, hostileText } from '../hostile.ts';
import { fuzz, type Surface } from '../surface.ts';

/** What a template may take, in ms of processor time: liquidjs' own limit of a second, and what it costs to find out. */
const MOST_MS = 6_000;

/** What some program takes for the end of a line. */
const LINE_BREAK = /[\p{Cc}\u2028\u2029]/u;

const LIQUID = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{%-',
  '-%}',
  '{{ user.name }}',
  '{{ user }}',
  '{{ user.constructor }}',
  '{{ user.__proto__ }}',
  '{{ user.name.constructor.constructor }}',
  '{{ a | default: "x" }}',
  '{% for i in (1..1000000000) %}',
  '{% for i in (1..99999) %}',
  '{% endfor %}',
  '{% assign a = "xxxxxxxxxxxxxxxx" %}',
  '{% assign a = a | append: a | append: a %}',
  '{% capture a %}',
  '{% endcapture %}',
  '{{ a }}{{ a }}',
  '{% if a %}',
  '{% else %}',
  '{% endif %}',
  '{% unless',
  '{% case a %}',
  '{% when 1 %}',
  '{% endcase %}',
  '{% cycle 1, 2 %}',
  '{% tablerow i in (1..9999999) %}',
  '{% endtablerow %}',
  '{% include "a" %}',
  '{% render "../../etc/passwd" %}',
  '{% layout "a" %}',
  '{% raw %}',
  '{% endraw %}',
  '{% comment %}',
  '{% increment a %}',
  '{% echo user.name %}',
  '{% liquid\nassign a = 1\necho a %}',
  ' | date: "%99999999Y"',
  ' | times: 1e308',
  ' | replace: "x", "xxxxxxxxxxxxxxxxxxxxxxxx"',
  ' | split: ""',
  ' | join: "xxxxxxxxxxxx"',
  ' | slice: 0, 999999999',
  ' | truncate: 1e9',
  ' | raw',
  ' | json',
  ' | inspect',
  ' | map: "constructor"',
  ' | where_exp: "i", "i"',
  ' | sort',
  ' | group_by: "x"',
  ' | strip_html',
  '[0]',
  '.a',
  '"',
  "'",
];

const source = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LIQUID) }, { weight: 1, arbitrary: fc.string() }),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

/** What nobody can get out of a template: functions, files, variables of the process. */
const INSIDE = /\[native code\]|function anonymous|class \w+ \{|root:x:0|SKENE_SECRET|=> \{/;

const templates: Surface = {
  name: 'templates: any Liquid ends, in bounds, and says what is wrong',
  cases: { short: 150, long: 15_000 },
  attack: (round) =>
    fuzz(round, source, async (text) => {
      const before = process.cpuUsage();
      for (const output of ['html', 'text'] as const) {
        try {
          const rendered = await renderLiquid({ source: text, label: 'Template' }, output, {
            user: { name: 'Ada' },
          });
          if (INSIDE.test(rendered))
            throw new Error(`Something of the inside got out: ${rendered.slice(0, 200)}`);
        } catch (error) {
          if (!isSkeneError(error)) throw error;
        }
      }
      await variablesOf({ source: text, label: 'Template' }).catch((error: unknown) => {
        if (!isSkeneError(error)) throw error;
      });
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1_000 > MOST_MS) throw new Error(`It took ${(user + system) / 1_000} ms.`);
    }),
};

const BODY =
  '<p title="{{ user.name }}">Hi {{ user.name }}, <a href="{{ user.link }}">{{ row.title }}</a> {{ name }}</p>';
const HTML = layout({ title: '{{ name }}', preheader: '{{ user.name }}', body: BODY });
const HARMLESS = { name: 'n', link: 'https://example.com', title: 't' };
const TEMPLATE = {
  kind: 'liquid' as const,
  subject: 'For {{ user.name }}',
  html: HTML,
  text: 'Hi {{ user.name }} {{ row.title }} {{ user.link }}',
  variables: [],
};

const rendered = (values: typeof HARMLESS) =>
  renderEmail({
    template: TEMPLATE,
    name: 'abuse',
    personalization: { name: '{{ user.name }}' },
    scope: { user: { name: values.name, link: values.link }, row: { title: values.title } },
    unsubscribeUrl: 'https://example.com/u?token=t',
  });

/** The elements and attributes of a page, without what they say. */
const skeletonOf = (html: string): string =>
  (html.match(/<[^<>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""')).join('');

const values: Surface = {
  name: 'user data in emails: never markup, never Liquid, never a second header line',
  cases: { short: 400, long: 60_000 },
  attack: async (round) => {
    const skeleton = skeletonOf((await rendered(HARMLESS)).html);
    const value = hostileText.map((text) => `v${text}`);
    return fuzz(
      round,
      fc.record({ name: value, link: fc.oneof(value, hostileText), title: value }),
      async (given) => {
        const { html, subject, text } = await rendered({ ...given, link: given.link || 'x' });
        if (skeletonOf(html) !== skeleton)
          throw new Error(`The elements of the email changed: ${html.slice(0, 600)}`);
        if (/href="\s*(?:javascript|vbscript|data):/i.test(html)) throw new Error('A link runs code.');
        if (LINE_BREAK.test(subject))
          throw new Error(`The subject has two lines: ${JSON.stringify(subject)}`);
        // Liquid within a value stays as it was written.
        if (given.name.includes('{{ user.email }}') && !text.includes('{{ user.email }}'))
          throw new Error('Liquid in a value was run.');
      },
    );
  },
};

const headers: Surface = {
  name: 'names and addresses in headers: one line, one mailbox',
  cases: { short: 1_000, long: 200_000 },
  attack: (round) =>
    fuzz(round, fc.tuple(hostileText, fc.oneof(hostileText, fc.emailAddress())), ([name, address]) => {
      const line = formatMailbox({ name, address: 'ada@example.com' });
      if (LINE_BREAK.test(line) || line.length > 998)
        throw new Error(`It has two lines: ${JSON.stringify(line)}`);
      // Outside of quotes there is nothing that would make a list or a group of it.
      if (/[,;:<>@]/.test(line.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/<?ada@example\.com>?$/, '')))
        throw new Error(`It is more than a mailbox: ${line}`);
      const read = parseMailbox(line);
      if (read?.address !== 'ada@example.com')
        throw new Error(`It reads as ${JSON.stringify(read)}: ${line}`);
      for (const text of [address, name, `${name} <${address}>`]) {
        const found = parseMailbox(text)?.address ?? 'a@example.com';
        if (!isAddress(found) || /[\s<>,;:"()[\]\\\p{Cc}\p{Z}]/u.test(found))
          throw new Error(`${JSON.stringify(found)} is taken for an address.`);
      }
      if (/[\r\n]/.test(singleLine(name))) throw new Error('It has two lines.');
    }),
};

const SCHEMES = [
  'javascript',
  'JaVaScRiPt',
  'vbscript',
  'data',
  'java\tscript',
  'java\nscript',
  '\u0001javascript',
  ' javascript',
  'java&#9;script',
  'javascript&#58;',
  'javascript&colon;',
  '&#106;avascript',
  '&#x6A;avascript',
  'java\u0000script',
];

const links: Surface = {
  name: 'links in emails: no scheme that runs code, however it is spelled',
  cases: { short: 500, long: 120_000 },
  attack: (round) =>
    fuzz(
      round,
      fc.tuple(
        fc.constantFrom(...SCHEMES),
        fc.constantFrom(':', '&#58;', '&#x3a;', '&colon;', ' :', '\t:'),
        fc.constantFrom('"', "'"),
        hostileText,
        fc.boolean(),
      ),
      ([scheme, colon, quote, rest, isEscaped]) => {
        const target = `${scheme}${colon}${rest}`.replaceAll(quote, '');
        const html = withSafeLinks(
          `<a href=${quote}${isEscaped ? escapeHtml(target) : target}${quote}>x</a>`,
          [],
        );
        const href = /href=(["'])([\s\S]*?)\1/.exec(html)?.[2] ?? '';
        if (/^(?:javascript|vbscript|data):/.test(browserReads(href)))
          throw new Error(`It runs code: ${JSON.stringify(html)}`);
      },
    ),
};

/** An address as a browser reads it: references resolved, then without control characters at its ends and line breaks within. */
function browserReads(href: string): string {
  const text = href
    .replace(/&#x([\da-f]+);?/gi, (_, code: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)),
    )
    .replace(/&#(\d+);?/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/&colon;/g, ':')
    .replace(/&(?:Tab|NewLine);/g, '')
    .replace(/&amp;/g, '&');
  return text
    .replace(/^[\p{Cc} ]+/u, '')
    .replace(/[\t\n\r]/g, '')
    .toLowerCase();
}

const builtIn: Surface = {
  name: 'built-in templates: any JSON as a user ends in an email or says what is missing',
  cases: { short: 100, long: 10_000 },
  attack: (round) =>
    fuzz(
      round,
      fc.tuple(fc.constantFrom(...Object.keys(builtInTemplates)), hostileJson, hostileJson),
      async ([name, user, row]) => {
        const template = builtInTemplates[name as keyof typeof builtInTemplates];
        if (template === undefined) return;
        try {
          await renderEmail({
            template,
            name,
            personalization: {
              name: '{{ user.name | default: "there" }}',
              activationLink: 'https://example.com',
            },
            scope: { user: JSON.parse(user), row: JSON.parse(row) },
            unsubscribeUrl: 'https://example.com/u',
          });
        } catch (error) {
          if (!isSkeneError(error)) throw error;
        }
      },
    ),
};

/** What emails are made of. */
export const emailSurfaces: readonly Surface[] = [templates, values, headers, links, builtIn];
