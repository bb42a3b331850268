/** Nothing that means something is nested deeper; `JSON.stringify` overflows the stack some thousands of levels down. */
const DEEPEST = 100;

/** Whether a value is nested deeper than what can be written as JSON again, on any machine and in any step. */
export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1));
}
