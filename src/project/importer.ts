import type { Jiti, JitiOptions } from 'jiti';

/** Runs TypeScript and JSX files as they are, as if imported from `file`; loaded when the first is run. */
export async function createImporter(file: string, options: JitiOptions): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  return createJiti(file, options);
}
