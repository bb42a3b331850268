/**
 * Lets work go on after the answer. Vercel ends a function with its answer unless it is told of what goes on; elsewhere the process goes on
 * by itself.
 * @returns resolves when Vercel has been told, not when the work is done.
 */
export async function afterAnswer(work: Promise<unknown>): Promise<void> {
  await import('@vercel/functions').then(({ waitUntil }) => waitUntil(work)).catch(() => {});
}
