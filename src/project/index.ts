/** Floor 6: a folder with a `skene.config.ts`: find it, run it, check it, and write what the functions need. */
export { type BuildOptions, type BuildResult, buildProject } from './build.ts';
export { type CheckOptions, type CheckResult, checkProject } from './check.ts';
export { findConfig } from './find-config.ts';
export type { LocatedIssue } from './load.ts';
export { openProject, type Project } from './open.ts';
export { type EmailPreview, emailsOf, previewEmail } from './preview-email.ts';
export { type SourceFile, shownPath } from './source-file.ts';
export { type FoundTemplate, readTemplates, type Templates } from './templates.ts';
