import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { delay } from '../../../workers/delay.ts';

/** What the supervisor wrote down, as far as it is needed here. */
export interface LogEntry {
  /** Unix milliseconds. */
  at: number;
  msg: string;
  child: string;
  from: string;
  to: string;
  on: string;
  lease: string;
  restarts: number;
  lastReason: string;
  soonestMs: number;
}

const lookEveryMs = 5;
const readBytes = 262_144;

/** The log of a supervisor that runs, read as it grows, over all of its lives. */
export class SupervisorLog {
  readonly #file: string;
  readonly #entries: LogEntry[] = [];
  #offset = 0;

  constructor(home: string) {
    this.#file = join(home, 'log', 'supervisor.ndjson');
  }

  /** Entries from a time on, in their order. */
  since(at: number): LogEntry[] {
    this.#read();
    const first = this.#entries.findIndex((entry) => entry.at >= at);
    return first === -1 ? [] : this.#entries.slice(first);
  }

  /** The first entry from a time on that matches; undefined when it does not come in time. */
  async first(
    at: number,
    matches: (entry: LogEntry) => boolean,
    { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  ): Promise<LogEntry | undefined> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = this.since(at).find(matches);
      if (found || signal.aborted || performance.now() > deadline) return found;
      await delay(lookEveryMs, signal);
    }
  }

  #read(): void {
    let fd: number;
    try {
      fd = openSync(this.#file, 'r');
    } catch {
      // Nothing was written yet.
      return;
    }
    try {
      const block = Buffer.alloc(readBytes);
      while (this.#offset < fstatSync(fd).size) {
        const bytes = readSync(fd, block, 0, block.byteLength, this.#offset);
        if (bytes === 0) return;
        // Only whole lines count, so that no character is cut in two.
        const end = block.subarray(0, bytes).lastIndexOf(10) + 1;
        if (end === 0) return;
        this.#offset += end;
        for (const line of block.toString('utf8', 0, end).split('\n')) this.#add(line);
      }
    } finally {
      closeSync(fd);
    }
  }

  #add(line: string): void {
    const entry = readEntry(line);
    if (entry) this.#entries.push(entry);
  }
}

/** Undefined for what is no entry, such as the line that a kill cut off. */
export function readEntry(line: string): LogEntry | undefined {
  if (line === '') return undefined;
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const text = (name: string): string => (typeof raw[name] === 'string' ? raw[name] : '');
  const number = (name: string): number => (typeof raw[name] === 'number' ? raw[name] : 0);
  return {
    at: number('at') || Date.parse(text('time')),
    msg: text('msg'),
    child: text('child'),
    from: text('from'),
    to: text('to'),
    on: text('on'),
    lease: text('lease'),
    restarts: number('restarts'),
    lastReason: text('lastReason'),
    soonestMs: number('soonestMs'),
  };
}

/** Ends of processes that were no part of a plan, `child: why`. `known`: restarts of each child before. Pure. */
export function unplannedEnds(entries: LogEntry[], known: ReadonlyMap<string, number>): string[] {
  const restarts = new Map(known);
  return entries.flatMap(({ msg, child, to, restarts: count, lastReason }) => {
    if (msg === 'child gone') restarts.delete(child);
    if (msg !== 'child changed' || (to !== 'backoff' && to !== 'quarantined')) return [];
    const before = restarts.get(child) ?? 0;
    restarts.set(child, count);
    return count > before ? [`${child}: ${lastReason}`] : [];
  });
}
