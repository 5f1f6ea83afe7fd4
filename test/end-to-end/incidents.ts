import { existsSync, readFileSync } from 'node:fs';
import type { IncidentRecord } from '../../supervisor/incidents/incident-record.ts';
import { incidentsFile } from '../../supervisor/healing.ts';

/** The incidents of a component as they stand, oldest first, read as a person would find them. */
export function incidentsOf(home: string, component: string): IncidentRecord[] {
  const file = incidentsFile(home);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const latest = new Map<string, IncidentRecord>();
  // The last line may be in the middle of being written.
  for (const line of lines.slice(0, -1)) {
    const record = JSON.parse(line) as IncidentRecord;
    if (record.component === component) latest.set(record.id, record);
  }
  return [...latest.values()];
}
