import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

const mostBytes = 16_384;

/** How long a log is now: what is read later starts there. */
export function logLength(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Why nats-server ended, in its own words: the last fatal line, else the last error, that any of the logs got since; empty when there is none. */
export function lastWords(logs: { file: string; from: number }[]): string {
  const lines = logs.flatMap(({ file, from }) => tail(file, from).split('\n'));
  const found =
    lines.findLast((line) => /\[FTL\]|^panic:|^fatal error:|^nats-server: | error opening /.test(line)) ??
    lines.findLast((line) => line.includes('[ERR]'));
  return (found ?? '').replace(/^.*?\[(FTL|ERR)\] |^[\d/]+ [\d:]+ /, '').slice(0, 500);
}

function tail(file: string, from: number): string {
  try {
    const opened = openSync(file, 'r');
    try {
      const { size } = fstatSync(opened);
      // Shorter than before: it was begun anew.
      const start = Math.max(size < from ? 0 : from, size - mostBytes);
      const bytes = Buffer.alloc(size - start);
      return bytes.toString('utf8', 0, readSync(opened, bytes, 0, bytes.length, start));
    } finally {
      closeSync(opened);
    }
  } catch {
    return '';
  }
}
