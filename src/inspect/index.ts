/** Floor 3: what a repository is built on and keeps, read from its files; each finding with the line that shows it. */
export { type ListedFinding, listFindings } from './findings.ts';
export { type Inspection, inspectRepository, type NamedKeyAction, type Users } from './inspect.ts';
export type {
  Column,
  Confidence,
  DatabaseKind,
  Evidence,
  Finding,
  Framework,
  Place,
  Table,
} from './model.ts';
export type { RelatedTable } from './related-tables.ts';
export type { Stack } from './stack.ts';
