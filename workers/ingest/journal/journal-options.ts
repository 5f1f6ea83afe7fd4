import type { LiveEvent } from '../../../protocol/event.ts';
import type { JournalFile } from './journal-file.ts';
import type { Shed } from './record.ts';

/** The journal holds as much as it may, and nothing in it may be shed. */
export class JournalFullError extends Error {
  override name = 'JournalFullError';
  readonly code = 'journal-full';
}

export interface JournalEntry {
  event: LiveEvent;
  file: JournalFile;
  /** Where it ends in its file. */
  end: number;
}

/** Events that were shed, to be told of. */
export interface ShedEntry {
  shed: Shed;
  file: JournalFile;
  start: number;
}

export interface JournalOptions {
  /** Of this room alone. Made when it is needed. */
  folder: string;
  /** Hears, before `open` returns, each event that an earlier process left. */
  onFound: (event: LiveEvent) => void;
  /** Hears, before `open` returns, of the events that an earlier process shed. */
  onFoundShed?: (shed: Shed) => void;
  /** Events were let go, so that others could be kept; `nextShed` tells which, in its time. */
  onShed?: (events: number) => void;
  /** Something may be had from `nextShed`. */
  onShedWaiting?: () => void;
  /** Hears of what cannot be read; it is passed over. */
  onDamage: (what: { path: string; error?: unknown }) => void;
  /** Bytes that the files grew (or shrank) by. */
  onBytes: (change: number) => void;
  maxEvents?: number;
  maxBytes?: number;
  fileBytes?: number;
}

export function withDefaults(options: JournalOptions): Required<JournalOptions> {
  const maxBytes = options.maxBytes ?? 64_000_000;
  return {
    maxEvents: 100_000,
    maxBytes,
    // A file is written anew as a whole.
    fileBytes: Math.min(512_000, Math.ceil(maxBytes / 8)),
    onFoundShed: () => undefined,
    onShed: () => undefined,
    onShedWaiting: () => undefined,
    ...options,
  };
}
