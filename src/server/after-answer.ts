/**
 * Lets work go on after the answer. Vercel ends a function with its answer unless it is told of what goes on; elsewhere the process goes on
 * by itself. What fails then is logged: there is nobody left to tell.
 * @returns resolves when Vercel has been told, not when the work is done.
 */
export async function afterAnswer(promise: Promise<unknown>): Promise<void> {
  const work = promise.catch((error: unknown) => console.error('Skene: after an answer', error));
  await import('@vercel/functions').then(({ waitUntil }) => waitUntil(work)).catch(() => {});
}
