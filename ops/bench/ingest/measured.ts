import type { BenchOptions, Figure } from '../report.ts';

/** What a row has seen; see `Report`. */
export interface IngestMeasured {
  figures: Figure[];
  notes: string[];
  broken: string[];
}

/** A row opens what it measures. */
export type IngestRow = (options: BenchOptions) => Promise<IngestMeasured>;
