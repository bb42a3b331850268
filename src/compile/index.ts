/** Floor 4: from the loops as they are written to the plans that runs carry. Pure; not needed by any function. */

export { dialectsOf } from './compile-condition.ts';
export { type CompileOptions, compileConfig } from './compile-config.ts';
export { type BilledMessages, billedMessages, describePlan } from './describe.ts';
export { describeChanges } from './describe-changes.ts';
export { type EmailBounds, type ProvenBounds, proveEmailBounds } from './email-bounds.ts';
export { layoutIn } from './layout-in.ts';
export { mermaidOf } from './mermaid.ts';
export { proofsOf } from './proofs.ts';
export { withDatabase } from './with-database.ts';
