import { cpus } from 'node:os';

/** What every benchmark is told; most need none of it. */
export interface BenchOptions {
  /** Few repetitions: whether it works at all, rather than how well. */
  isQuick: boolean;
  /** Rows of the table that are wanted, comma-separated; empty: all. */
  only: string;
  /** How long a worker fails at each start. */
  failingStartMs: number;
  /** How often who plays is killed; 0: as often as is right for a run of this length. */
  kills: number;
  /** How often servers that do everything wrong are asked. */
  requests: number;
  /** How long nothing comes from whoever makes the sound. */
  dryMs: number;
  /** Of "ingest": how long its storm lasts, over how many rooms, and what decides it. */
  stormMs: number;
  rooms: number;
  seed: number;
  /** Means: end early, with what was seen, and clear up. */
  signal?: AbortSignal;
  /** A line for who waits. */
  say: (line: string) => void;
}

/** One measured figure, and what it should be at most. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  goal?: number;
}

export interface Report {
  question: string;
  figures: Figure[];
  /** Promises that were broken, one sentence each. Where there is such a list, a goal that was missed is no failure. */
  broken?: string[];
  /** To be read beside the table. */
  notes?: string[];
}

/** What the figures were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, Node ${process.version}, ${process.platform} ${process.arch}`;
}

/** The table for the terminal. */
export function formatReport(name: string, { question, figures, broken = [], notes = [] }: Report): string {
  const rows = figures.map(({ what, value, unit, goal }) => ({
    what,
    value: `${format(value)} ${unit}`.trimEnd(),
    goal: goal === undefined ? '' : `goal ≤ ${goal} ${unit}`.trimEnd(),
    verdict: goal === undefined ? '' : value <= goal ? 'ok' : 'MISSED',
  }));
  const widest = (column: 'what' | 'value' | 'goal') => Math.max(...rows.map((row) => row[column].length));
  const [what, value, goal] = [widest('what'), widest('value'), widest('goal')];
  return [
    `${name}: ${question}`,
    ...rows.map((row) =>
      `  ${row.what.padEnd(what)}  ${row.value.padStart(value)}  ${row.goal.padEnd(goal)}  ${row.verdict}`.trimEnd(),
    ),
    ...notes.map((note) => `  ${note}`),
    ...broken.map((sentence) => `  BROKEN: ${sentence}`),
  ].join('\n');
}

/** Whether a report is a failure: a promise was broken, or, where none is at stake, a goal missed. */
export function hasFailed({ figures, broken }: Report): boolean {
  if (broken) return broken.length > 0;
  return figures.some(({ value, goal }) => goal !== undefined && value > goal);
}

/** The value below which a share of the values lies. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

function format(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}
