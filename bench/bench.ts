/** How much is measured: enough to see that it runs, what the tables are made from, or what takes minutes more. */
export type Size = 'smoke' | 'usual' | 'long';

/** A column of a table. */
export interface Column {
  key: string;
  label: string;
  /** Digits after the point of its numbers; none unless told. */
  digits?: number;
}

/** What was measured, ready to be shown. */
export interface Table {
  title: string;
  columns: readonly Column[];
  rows: ReadonlyArray<Readonly<Record<string, string | number | null>>>;
}

/** How figures grow with a size. Both axes are logarithmic. */
export interface Plot {
  /** The name of its file. */
  name: string;
  title: string;
  x: string;
  y: string;
  series: ReadonlyArray<{ name: string; points: ReadonlyArray<readonly [x: number, y: number]> }>;
}

/** What a bench found out. */
export interface Findings {
  tables: readonly Table[];
  plots?: readonly Plot[];
}

/** One subject that is measured. */
export interface Bench {
  /** As it is asked for: `npm run bench -- <name>`. */
  name: string;
  run(size: Size): Promise<Findings>;
}

/** The findings of one run as they are kept in `bench/results/<name>.json`. */
export interface Result extends Findings {
  bench: string;
  command: string;
  size: Size;
  /** When it ended, ISO 8601. */
  takenAt: string;
  seconds: number;
  machine: {
    cpus: number;
    model: string;
    memoryGb: number;
    platform: string;
    node: string;
    loadBefore: number;
  };
}
