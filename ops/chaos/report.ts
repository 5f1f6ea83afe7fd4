import type { Balance } from '../ledger.ts';
import { quantile } from '../bench/report.ts';
import type { Evidence } from './judge.ts';
import type { Injury } from './run-plan.ts';

/** Recovery of one fault over a run, in milliseconds; null when none of them healed. */
export interface Recovery {
  fault: string;
  count: number;
  p50Ms: number | null;
  maxMs: number | null;
}

/** The last line of a chaos run, for programs. */
export interface ChaosReport {
  seed: number;
  seconds: number;
  faults: Injury[];
  recovery: Recovery[];
  ledger: Omit<Balance, 'rows'>;
  delivered: number;
  gifts: number;
  missing: number;
  extra: number;
  longestSilenceMs: number;
  broken: string[];
}

/** One row per fault that was caused, in the order of the first of each. */
function recoveries(injuries: Injury[]): Recovery[] {
  const byFault = Map.groupBy(injuries, ({ fault }) => fault);
  return [...byFault].map(([fault, list]) => {
    const healed = list.flatMap(({ recoveryMs }) => recoveryMs ?? []);
    const known = healed.length > 0;
    return {
      fault,
      count: list.length,
      p50Ms: known ? quantile(healed, 0.5) : null,
      maxMs: known ? Math.max(...healed) : null,
    };
  });
}

/** Puts a run's evidence and its verdict into one object. */
export function chaosReport(
  { injuries, rooms, balance }: Evidence,
  { seed, seconds, broken }: { seed: number; seconds: number; broken: string[] },
): ChaosReport {
  const { rows: _rows, ...ledger } = balance;
  const sum = (read: (room: Evidence['rooms'][number]) => number) =>
    rooms.reduce((total, room) => total + read(room), 0);
  return {
    seed,
    seconds,
    faults: injuries,
    recovery: recoveries(injuries),
    ledger,
    delivered: sum(({ comparison }) => comparison.delivered),
    gifts: sum(({ comparison }) => comparison.gifts),
    missing: sum(({ comparison }) => comparison.missing.length),
    extra: sum(({ comparison }) => comparison.extra.length),
    longestSilenceMs: Math.max(0, ...rooms.map(({ silence }) => silence.longestMs)),
    broken,
  };
}

/** The table for the terminal, and the verdict below it. */
export function formatReport(report: ChaosReport): string {
  const { recovery, ledger, delivered, gifts, missing, extra, longestSilenceMs, broken } = report;
  const figure = (ms: number | null) => (ms === null ? 'never' : `${ms} ms`);
  const rows = recovery.map(({ fault, count, p50Ms, maxMs }) => [
    fault,
    String(count),
    figure(p50Ms),
    figure(maxMs),
  ]);
  return [
    ...formatTable(['fault', 'count', 'recovery p50', 'max'], rows),
    '',
    `delivered ${delivered} messages and ${gifts} gifts: ${missing} missing, ${extra} too much`,
    `ledger: ${ledger.events} events in, ${ledger.outcomes} outcomes out, ${ledger.open} open, ${ledger.lost} lost, ${ledger.twice} twice`,
    `longest silence while on air: ${(longestSilenceMs / 1_000).toFixed(2)} s`,
    ...(broken.length === 0 ? ['all promises kept'] : broken.map((reason) => `BROKEN  ${reason}`)),
  ].join('\n');
}

/** Columns as wide as their widest cell; the first is text, the others are figures. */
export function formatTable(head: string[], rows: string[][]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
