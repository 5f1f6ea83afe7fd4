import type { BenchOptions, Figure } from '../report.ts';
import { measureFailover } from './failover-row.ts';
import { measureFaults } from './faults-row.ts';
import { measureGate } from './gate-row.ts';
import { measureLatency } from './latency-row.ts';
import { measurePool } from './pool-row.ts';

/** What a row has seen; see `Report`. */
export interface TtsMeasured {
  figures: Figure[];
  notes: string[];
  broken: string[];
}

/** A row of this bench needs no show: it opens what it measures. */
export type TtsRow = (options: BenchOptions) => Promise<TtsMeasured>;

/** In the order in which they are measured. */
export const rows: Record<string, TtsRow> = {
  gate: measureGate,
  pool: measurePool,
  failover: measureFailover,
  latency: measureLatency,
  faults: measureFaults,
};
