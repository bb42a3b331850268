import { describe, expect, it } from 'vitest';
import { escapeMarkup, htmlToText, markdownToHtml, textToHtml } from './liquid-markup.ts';

describe('markdownToHtml', () => {
  it.each([
    ['Hi {{ user.name | default: "*there*" }}!', '<p>Hi {{ user.name | default: "*there*" }}!</p>'],
    ['[Go {{ name }}]({{ link }})', '<p><a href="{{ link }}">Go {{ name }}</a></p>'],
    [
      '[Go](https://x.test/{{ id }}?a=1&b={{ b }})',
      '<p><a href="https://x.test/{{ id }}?a=1&amp;b={{ b }}">Go</a></p>',
    ],
    ['![Logo]({{ logo }} "{{ title }}")', '<p><img src="{{ logo }}" alt="Logo" title="{{ title }}"></p>'],
    ['**{{ a_b }}** _{{ c_d }}_', '<p><strong>{{ a_b }}</strong> <em>{{ c_d }}</em></p>'],
    ['# {{ a | split: "," | first }}', '<h1>{{ a | split: "," | first }}</h1>'],
    ['a {% if b %}c{% endif %} d', '<p>a {% if b %}c{% endif %} d</p>'],
    ['{% raw %}**{{ x }}**{% endraw %}', '{% raw %}**{{ x }}**{% endraw %}'],
    ['<b>{{ x }}</b>', '<p><b>{{ x }}</b></p>'],
  ])('%s', (markdown, html) => expect(markdownToHtml(markdown).trim()).toBe(html));

  it('puts a tag that stands alone between blocks, not into one', () => {
    const html = markdownToHtml(
      'Before\n{% if paid %}\n## Paid\n\n- {{ a }}\n- {{ b }}\n{% else %}\nNot paid\n{% endif %}\nAfter',
    );
    expect(html.replace(/\n+/g, '\n').trim()).toBe(
      '<p>Before</p>\n{% if paid %}\n<h2>Paid</h2>\n<ul>\n<li>{{ a }}</li>\n<li>{{ b }}</li>\n</ul>\n{% else %}\n<p>Not paid</p>\n{% endif %}\n<p>After</p>',
    );
  });
});

describe('htmlToText', () => {
  it('keeps Liquid, and links behind their text', () => {
    const html =
      '<h1>Hi {{ name | upcase }}</h1>{% if a %}<p>One<br>two</p>{% endif %}<p><a href="{{ link }}">Go</a> <a href="{{ u }}">{{ u }}</a></p>';
    expect(htmlToText(html).replace(/\n+/g, '\n')).toBe(
      'Hi {{ name | upcase }}\n{% if a %}\nOne\ntwo\n{% endif %}\nGo ({{ link }}) {{ u }}\n',
    );
  });

  it('leaves out the title, styles, images and what is hidden', () => {
    const html =
      '<title>T</title><style>p{}</style><div aria-hidden="true">preheader</div><img src="x" alt="Logo"><p>Text &amp; more</p>';
    expect(htmlToText(html)).toBe('Text & more\n');
  });
});

describe('textToHtml and escapeMarkup', () => {
  it('escape the text and not the Liquid in it', () => {
    expect(textToHtml('Hi {{ a | append: "<" }} <you>\nthere\n\n{% if b %}\n\nx & y\n\n{% endif %}')).toBe(
      '<p>Hi {{ a | append: "<" }} &lt;you&gt;<br>\nthere</p>\n{% if b %}\n<p>x &amp; y</p>\n{% endif %}',
    );
    expect(escapeMarkup('A & B {% if a > 1 %}"{% endif %}')).toBe(
      'A &amp; B {% if a > 1 %}&quot;{% endif %}',
    );
  });
});
