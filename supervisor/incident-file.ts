import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { maxLogBytes, setAside } from './bound-log.ts';
import type { IncidentRecord } from './incidents/incident-record.ts';

/** One record a line; the latest line of an id is how it stands. */
export const incidentsFile = (home: string): string => join(home, 'log', 'incidents.ndjson');

/** Throws when it cannot be written. A half line before it, which a kill or a full disk has left, is taken away. */
export function appendIncident(home: string, record: IncidentRecord): void {
  const file = incidentsFile(home);
  setAside(file, maxLogBytes);
  const fd = openSync(file, 'a+');
  try {
    dropHalfLine(fd);
    writeFileSync(fd, `${JSON.stringify(record)}\n`);
  } finally {
    closeSync(fd);
  }
}

/**
 * Incidents that no line says the end of, oldest first. For before the first is written: an earlier supervisor has left them. Read line
 * by line, because there may be tens of megabytes; what cannot be read is not open.
 */
export async function readOpenIncidents(home: string): Promise<IncidentRecord[]> {
  const open = new Map<string, string>();
  const file = incidentsFile(home);
  for (const part of [`${file}.1`, file]) {
    for await (const line of linesOf(part)) {
      const [, id] = startOfRecord.exec(line) ?? [];
      if (id === undefined) continue;
      if (line.includes('"closedAt":null')) open.set(id, line);
      else open.delete(id);
    }
  }
  return [...open.values()].flatMap(parse);
}

/** More than any record takes. */
const tailBytes = 65_536;

function dropHalfLine(fd: number): void {
  const { size } = fstatSync(fd);
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  readSync(fd, tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf(0x0a) + 1;
  if (end < tail.length) ftruncateSync(fd, size - tail.length + end);
}

const startOfRecord = /^\{"id":"([\w-]+)"/;

/** Whole lines only; none where there is no file. */
async function* linesOf(file: string): AsyncGenerator<string> {
  if (!existsSync(file)) return;
  let rest = '';
  for await (const part of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Nothing for a line that a kill or a full disk has cut off. */
function parse(line: string): IncidentRecord[] {
  try {
    const record = JSON.parse(line) as IncidentRecord;
    return record.closedAt === null && Array.isArray(record.actions) && Array.isArray(record.timeline)
      ? [record]
      : [];
  } catch {
    return [];
  }
}
