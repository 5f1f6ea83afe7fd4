import type { Balance } from '../ledger.ts';

/**
 * The shape of an archive: gzip around one JSON object per line, each with its `kind`: a head, perhaps the configuration, the messages
 * stream by stream, and the manifest as the last line, which tells what everything before it has to be.
 */
export const formatName = 'onair-backup';
/** Raised when an archive of the new shape cannot be read by the code of the old one. */
export const formatVersion = 1;

/** An archive that another one begins from: enough to find it and to know it again. */
export interface Link {
  id: string;
  /** Name within the same folder. */
  file: string;
  /** ISO time. */
  created: string;
}

export interface Head extends Omit<Link, 'file'> {
  kind: 'head';
  format: typeof formatName;
  version: number;
  type: 'full' | 'incremental';
  /** Where it was made, so that archives of several homes may share a folder. */
  host: string;
  home: string;
  /** The archives that have to be restored before this one, the full one first; empty for a full archive. */
  chain: Link[];
}

/** The configuration file as it was written: what it takes from the environment is not in it. */
export interface ConfigurationRecord {
  kind: 'configuration';
  file: string;
  text: string;
}

/** One message of a stream, as the bus had it. */
export interface MessageRecord {
  kind: 'message';
  stream: string;
  seq: number;
  /** ISO time at which the bus took it. */
  time: string;
  subject: string;
  headers: [name: string, values: string[]][];
  /** The payload in base64. */
  data: string;
}

/** What an archive knows of one stream. */
export interface StreamSummary {
  /**
   * The last message in this archive or in those before it, by which the stream is known again (0 and empty: none). Sequences mean
   * nothing in a stream that was made anew; the time at which a stream was made does not tell, since every update of it sets that.
   */
  mark: { seq: number; time: string };
  /** Messages in this archive, and the sequences of the first and the last of them (0: none). */
  messages: number;
  first: number;
  last: number;
  /** Messages before it had aged out; those of earlier archives of the chain are not restored. */
  keptFrom: number;
  /** The stream was read up to here: an incremental archive begins after it. */
  upTo: number;
  /** Of the message lines in this archive, line ends included, in hexadecimal. */
  sha256: string;
}

export interface Manifest {
  kind: 'manifest';
  streams: Record<string, StreamSummary>;
  /** What `inspect --balance` said then, of everything up to this archive. */
  balance: { at: number; onAir: boolean; result: Balance };
  /** Of all lines before this one, in hexadecimal. */
  sha256: string;
}

export type ArchiveRecord = Head | ConfigurationRecord | MessageRecord | Manifest;

/** An archive that must not be used: damaged, of another version, incomplete, or no archive at all. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
  readonly code = 'bad-archive';
}

const namePattern = /^onair-\d{4}-\d{2}-\d{2}T[\d-]+Z-(full|incremental)\.ndjson\.gz$/;

/** `onair-2026-01-31T18-05-09-123Z-full.ndjson.gz`: an ISO time without the colons that Windows forbids; names sort by time. */
export function archiveName(created: string, type: Head['type']): string {
  return `onair-${created.replaceAll(/[:.]/g, '-')}-${type}.ndjson.gz`;
}

export function isArchiveName(name: string): boolean {
  return namePattern.test(name);
}
