import { convert } from 'html-to-text';
import { Marked } from 'marked';
import { escapeHtml } from '../email/index.ts';

/** Outputs, tags, and what `raw` and `comment` enclose: parts of Liquid that must pass through a converter untouched. */
const LIQUID = /\{%-?\s*(raw|comment)\s*-?%\}[\s\S]*?\{%-?\s*end\1\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/**
 * Makes HTML of Markdown with Liquid in it. A tag alone on its line (`{% if paid %}`) stands between blocks and gets no
 * paragraph of its own; HTML in the Markdown is kept, for it comes from the template's author.
 */
export function markdownToHtml(markdown: string): string {
  const { masked, unmask } = mask(markdown);
  const blocks = masked.replace(/^[ \t]*(LIQUIDT\d+X)[ \t]*$/gm, '<!--$1-->');
  const html = new Marked({ gfm: true }).parse(blocks, { async: false });
  return unmask(html.replace(/<!--(LIQUIDT\d+X)-->/g, '$1'));
}

/** Makes HTML of plain text with Liquid in it: paragraphs where it has empty lines. */
export function textToHtml(text: string): string {
  const { masked, unmask } = mask(text.trim());
  const paragraphs = masked.split(/\n\s*\n/).map((paragraph) => {
    const isTags = /^(?:LIQUIDT\d+X\s*)+$/.test(paragraph);
    return isTags ? paragraph : `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`;
  });
  return unmask(paragraphs.join('\n'));
}

/** Escapes text with Liquid in it for HTML; what Liquid prints is escaped when it is rendered. */
export function escapeMarkup(text: string): string {
  const { masked, unmask } = mask(text);
  return unmask(escapeHtml(masked));
}

/** Makes plain text of HTML with Liquid in it. Links keep their address behind their text. */
export function htmlToText(html: string): string {
  const { masked, unmask } = mask(html);
  const text = convert(masked, {
    wordwrap: false,
    selectors: [
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      {
        selector: 'a',
        options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] as [string, string] },
      },
      { selector: 'img', format: 'skip' },
      { selector: 'title', format: 'skip' },
      { selector: '[aria-hidden=true]', format: 'skip' },
    ],
  });
  return `${unmask(text)}\n`;
}

/** Puts a word in the place of every piece of Liquid: no converter changes one, nor splits or escapes it. */
function mask(source: string): { masked: string; unmask(converted: string): string } {
  const pieces: string[] = [];
  const masked = source.replace(LIQUID, (piece) => {
    if (!pieces.includes(piece)) pieces.push(piece);
    return `LIQUID${piece.startsWith('{%') ? 'T' : 'O'}${pieces.indexOf(piece)}X`;
  });
  return {
    masked,
    unmask: (converted) =>
      converted.replace(/LIQUID[TO](\d+)X/g, (whole, index) => pieces[Number(index)] ?? whole),
  };
}
