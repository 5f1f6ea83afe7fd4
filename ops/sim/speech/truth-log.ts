import { closeSync, openSync, writeSync } from 'node:fs';
import type { SoundOutcome, SpeechFault } from '../../../protocol/simulated-faults.ts';

/** One request that is over. */
export type SpeechRecord = {
  /** Counts the records from 1, in the order in which requests ended. */
  readonly seq: number;
  /** When the request came; unix time in ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** It asked for speech; else it was a probe, a change of weights and the like. */
  readonly isSpeech: boolean;
  readonly parameters: unknown;
  readonly text: string;
  readonly fault: SpeechFault;
  /** Of HTTP; 0: there was no answer. */
  readonly status: number;
  /** All of the text was sent, nothing else, and the client took it to the end; what a client can mend counts. */
  readonly isRight: boolean;
  readonly outcome: SoundOutcome;
  /** Samples sent, and the rate that was told. */
  readonly samples: number;
  readonly sampleRateHz: number;
  /** Of the samples as they were sent, little-endian; '' when there were none. */
  readonly sha256: string;
  /** How long it waited for others, how long until the first byte of the body (-1: none), and until its end. */
  readonly waitedMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** The client went away before the answer was complete. */
  readonly aborted: boolean;
};

/**
 * Remembers what was asked and what was answered, and appends it to a file of JSON lines when asked to. Lines are written
 * synchronously: what is to judge others must not lose its last lines when it is killed.
 */
export class SpeechLog implements Disposable {
  readonly #limit: number;
  #records: SpeechRecord[] = [];
  #count = 0;
  #file: number | undefined;

  /** @param options.limit records kept in memory; `options.file` '' for none. */
  constructor({ limit, file }: { readonly limit: number; readonly file: string }) {
    this.#limit = limit;
    this.#file = file === '' ? undefined : openSync(file, 'a');
  }

  /** The records after the `seq`-th, of those that are still known, oldest first. */
  since(seq: number): readonly SpeechRecord[] {
    const first = this.#records[0]?.seq ?? 1;
    return this.#records.slice(Math.max(0, seq - first + 1));
  }

  /** @throws {Error} of the file system when the file cannot be written. */
  add(entry: Omit<SpeechRecord, 'seq'>): SpeechRecord {
    const record = { seq: ++this.#count, ...entry };
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(record)}\n`);
    this.#records.push(record);
    // Cut in large steps, as moving the whole list for each record would cost more than the record.
    if (this.#records.length > this.#limit * 1.25) this.#records = this.#records.slice(-this.#limit);
    return record;
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}
