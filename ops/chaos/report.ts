import type { Balance } from '../ledger.ts';
import type { Hearing } from './hearing.ts';
import type { Evidence, Verdict } from './judge.ts';
import type { Quantiles, Recovery } from './recovery.ts';
import { recoveries } from './recovery.ts';
import type { Injury } from './run-plan.ts';
import type { Usage } from './usage-log.ts';

/** The last line of a chaos run, for programs. */
export interface ChaosReport {
  seed: number;
  seconds: number;
  faults: Injury[];
  recovery: Recovery[];
  falseKills: number;
  orphans: number;
  ledger: Omit<Balance, 'rows'>;
  delivered: number;
  gifts: number;
  missing: number;
  extra: number;
  /** What was listened for, heard too often, and is missing in the recording (null: that could not be told). */
  sound: Omit<Hearing, 'twice' | 'missing'> & { twice: number; missing: number | null };
  /** While on air: what passes between the supervisor's death and the next one's being on air is not. */
  longestSilenceMs: number;
  /** Of the last supervisor of the run; over minutes its slope says little. */
  supervisor: Usage | null;
  broken: string[];
}

/** Puts a run's evidence and its verdict into one object. */
export function chaosReport(
  { injuries, rooms, balance, hearing }: Evidence,
  run: { seed: number; seconds: number; broken: string[]; supervisor?: Usage | undefined },
): ChaosReport {
  const { rows: _rows, ...ledger } = balance;
  const { seed, seconds, broken, supervisor } = run;
  const sum = (read: (room: Evidence['rooms'][number]) => number) =>
    rooms.reduce((total, room) => total + read(room), 0);
  return {
    seed,
    seconds,
    faults: injuries,
    recovery: recoveries(injuries),
    falseKills: injuries.reduce((total, { falseKills }) => total + falseKills.length, 0),
    orphans: injuries.reduce((total, { orphans }) => total + orphans.length, 0),
    ledger,
    delivered: sum(({ comparison }) => comparison.delivered),
    gifts: sum(({ comparison }) => comparison.gifts),
    missing: sum(({ comparison }) => comparison.missing.length),
    extra: sum(({ comparison }) => comparison.extra.length),
    sound: { ...hearing, twice: hearing.twice.length, missing: hearing.missing?.length ?? null },
    longestSilenceMs: Math.max(0, ...rooms.map(({ silence }) => silence.longestMs)),
    supervisor: supervisor ?? null,
    broken,
  };
}

/** The table for the terminal, and the three promises below it. */
export function formatReport(report: ChaosReport, verdict: Verdict): string {
  const { recovery, ledger, delivered, gifts, missing, extra, sound, supervisor } = report;
  const rows = recovery.map(({ fault, count, detectionMs, recoveryMs, notHealed, falseKills }) => [
    fault,
    String(count),
    cell(detectionMs),
    notHealed > 0 ? `${cell(recoveryMs)}, ${notHealed} never` : cell(recoveryMs),
    String(falseKills),
  ]);
  const head = ['fault', 'n', 'detected ms p50/p99/max', 'recovered ms p50/p99/max', 'false kills'];
  const figures = recovery.flatMap(({ fault, figures }) =>
    Object.entries(figures).map(([name, values]) => `${fault}: ${name} ${cell(values)}`),
  );
  return [
    ...formatTable(head, rows),
    '',
    ...figures,
    `delivered ${delivered} messages and ${gifts} gifts: ${missing} missing, ${extra} too much`,
    `ledger: ${ledger.events} events in, ${ledger.outcomes} outcomes out, ${ledger.open} open, ${ledger.lost} lost, ${ledger.twice} twice`,
    `sound: listened for ${sound.sentences} sentences${sound.isComplete ? '' : ' until there was no more time'}, ${sound.heard} heard as a whole, ${sound.twice} too often, ${sound.missing ?? 'unknown how many'} missing`,
    `false kills ${report.falseKills}, orphans ${report.orphans}`,
    ...(supervisor
      ? [
          `supervisor: ${supervisor.endMb} MB, ${supervisor.slopeMbPerHour} MB/hour, ${supervisor.cpuPct} % of a core`,
        ]
      : []),
    '',
    ...promise(
      `1 never dead air (longest silence ${(report.longestSilenceMs / 1_000).toFixed(2)} s)`,
      verdict.neverDeadAir,
    ),
    ...promise(
      `2 nothing lost, nothing twice (${ledger.lost + missing + (sound.missing ?? 0)} lost, ${ledger.twice + sound.twice} twice)`,
      verdict.nothingLostOrTwice,
    ),
    ...promise(`3 it heals alone (${report.faults.length} faults)`, verdict.healsAlone),
  ].join('\n');
}

function promise(title: string, reasons: string[]): string[] {
  return [
    `promise ${title}: ${reasons.length === 0 ? 'kept' : 'BROKEN'}`,
    ...reasons.map((each) => `  ${each}`),
  ];
}

function cell({ p50, p99, max }: Quantiles): string {
  return p50 === null ? '–' : `${p50} / ${p99} / ${max}`;
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
