/** Figures of the ingest worker; `connected` and `failed` are gauges of rooms, `conditions` of what is wrong with them, `journalBytes` of bytes on the disk; the others only grow. */
export const tallyNames = [
  'frames',
  'framesHeld',
  'messages',
  'events',
  'duplicates',
  'giftRepeats',
  'unknownMethods',
  'damagedFrames',
  'damagedMessages',
  'bombs',
  'oversized',
  'textFrames',
  'hostsRefused',
  'polls',
  'unpublishable',
  'attempts',
  'reconnects',
  'acks',
  'journalled',
  'flushed',
  'journalRefused',
  'shed',
  'shedTold',
  'coalesced',
  'journalDamaged',
  'journalBytes',
  'recorded',
  'recordingDropped',
  'connected',
  'failed',
  'refusals',
  'silences',
  'conditions',
  'conditionsNoted',
  'credentialsRenewed',
  'credentialsFailed',
] as const;
export type TallyName = (typeof tallyNames)[number];

const maxMethods = 32;

/** Counts into the record that the heartbeat carries. Methods that nobody reads are counted by name, a bounded number of names. */
export class Tally {
  readonly #counters: Record<string, number>;
  readonly #methods = new Set<string>();

  constructor(counters: Record<string, number>) {
    this.#counters = counters;
    for (const name of tallyNames) counters[name] ??= 0;
  }

  count(name: TallyName, by = 1): void {
    this.#add(name, by);
  }

  /** The name comes from outside: one that is no plain name, or one too many, goes under `other`. */
  skipped(method: string): void {
    this.#add('unknownMethods', 1);
    const known = this.#methods.has(method);
    if (!known && (this.#methods.size >= maxMethods || !/^\w{1,64}$/.test(method))) {
      return this.#add('skipped:other', 1);
    }
    this.#methods.add(method);
    this.#add(`skipped:${method}`, 1);
  }

  #add(name: string, by: number): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + by;
  }
}
