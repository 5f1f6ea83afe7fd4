import { readFileSync } from 'node:fs';
import { incidentsFile } from '../../../supervisor/healing.ts';
import type { IncidentRecord } from '../../../supervisor/incidents/incident-record.ts';

/** All that was written down of incidents, in its order. */
export function incidentRecords(home: string): IncidentRecord[] {
  return readLines(incidentsFile(home)).map((line) => JSON.parse(line) as IncidentRecord);
}

/** How each of them stands. */
export function latest(records: IncidentRecord[]): IncidentRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

/** A line that a kill has cut off has no end, and is none. */
function readLines(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Nothing has ever happened.
    return [];
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
}
