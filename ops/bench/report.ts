import { cpus } from 'node:os';

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
}

/** What the figures were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, Node ${process.version}, ${process.platform} ${process.arch}`;
}

/** The table for the terminal. */
export function formatReport(name: string, { question, figures }: Report): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const rows = figures.map(({ what, value, unit, goal }) => {
    const verdict = goal === undefined ? '' : `  goal ≤ ${goal} ${unit}${value <= goal ? '' : '  MISSED'}`;
    return `  ${what.padEnd(width)}  ${format(value)} ${unit}${verdict}`;
  });
  return [`${name}: ${question}`, ...rows].join('\n');
}

/** The value below which a share of the values lies. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
