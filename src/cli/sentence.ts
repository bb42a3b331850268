/** Makes a sentence of a message. Begins with a capital, unless it begins with code; ends with a full stop, unless it ends with code. */
export function sentence(text: string): string {
  const clean = text.replace(/[^\P{Cc}\n]/gu, ' ');
  const isCode = /^[a-z]\w*[.[(]/.test(clean);
  const begun = isCode ? clean : clean.charAt(0).toUpperCase() + clean.slice(1);
  return begun.includes('\n') || /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

/** Puts `by` before every line. */
export function indent(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}
