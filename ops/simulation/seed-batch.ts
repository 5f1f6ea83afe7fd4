import type { SimulationResult } from './simulation.ts';
import { simulate } from './simulation.ts';

/** Seeds in a row. */
export interface Batch {
  first: number;
  count: number;
}

/** Sums over some runs. */
export interface BatchResult {
  seeds: number;
  faults: number;
  events: number;
  /** Virtual time. */
  ms: number;
  failures: SimulationResult[];
}

/** Runs some seeds; in a thread of its own. */
export default function runBatch({ first, count }: Batch): BatchResult {
  const sum: BatchResult = { seeds: 0, faults: 0, events: 0, ms: 0, failures: [] };
  for (let seed = first; seed < first + count; seed++) addResult(sum, simulate({ seed }));
  return sum;
}

function addResult(sum: BatchResult, result: SimulationResult): void {
  sum.seeds += 1;
  sum.faults += result.faults;
  sum.events += result.events;
  sum.ms += result.ms;
  if (result.violation) sum.failures.push(result);
}
