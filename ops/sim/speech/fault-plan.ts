import { z } from 'zod';
import { isSpeechFault, speechFaultNames, type SpeechFault } from '../../../protocol/simulated-faults.ts';
import { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import type { FaultSettings, FaultTimes } from './settings.ts';

const ms = z.number().min(0).max(3_600_000);
const times = z
  .strictObject({
    slowFirstByteMs: ms,
    busyMs: ms,
    restartMs: ms,
    refuseMs: ms,
    lorisPauseMs: ms,
    reloadMs: ms,
    degradationMs: ms,
    hugeBytes: z
      .int()
      .min(1)
      .max(2 ** 50),
    retryAfterSeconds: ms,
  })
  .partial();
const change = z.strictObject({
  next: z.array(z.enum(speechFaultNames)).max(10_000).optional(),
  always: z.enum(speechFaultNames).optional(),
  probabilities: z.partialRecord(z.enum(speechFaultNames), z.number().min(0).max(1)).optional(),
  seed: z.int().min(0).optional(),
  times: times.optional(),
  clear: z.boolean().optional(),
});

/** What may be changed while a server runs. `next` is added to what still waits; the others take the place of what was. */
export type FaultChange = Omit<z.input<typeof change>, 'times'> & { times?: Partial<FaultTimes> };

/** Decides which request gets which fault. Requests draw in the order in which they come: the same seed gives the same faults. */
export class FaultPlan {
  #next: SpeechFault[];
  #always: SpeechFault;
  #probabilities: FaultSettings['probabilities'];
  #random: SeededRandom;
  #times: FaultTimes;

  /** @throws {TypeError} when the probabilities add up to more than 1. */
  constructor({ faults, times, seed }: { faults: FaultSettings; times: FaultTimes; seed: number }) {
    assertSum(faults.probabilities);
    this.#next = [...faults.next];
    this.#always = faults.always;
    this.#probabilities = faults.probabilities;
    this.#random = new SeededRandom(seed);
    this.#times = times;
  }

  get times(): FaultTimes {
    return this.#times;
  }

  /** The fault of the next request; `asked` is what that request asks for itself. @throws {TypeError} for an unknown name. */
  draw(asked: string | undefined): SpeechFault {
    if (asked !== undefined) {
      if (!isSpeechFault(asked)) throw new TypeError(`There is no fault "${asked}"`);
      return asked;
    }
    const queued = this.#next.shift();
    if (queued) return queued;
    if (this.#always !== 'ok') return this.#always;
    let left = this.#random.next();
    for (const name of speechFaultNames) {
      left -= this.#probabilities[name] ?? 0;
      if (left < 0) return name;
    }
    return 'ok';
  }

  /** @throws {TypeError} telling what is wrong. */
  change(input: unknown): void {
    const read = change.safeParse(input);
    if (!read.success) throw new TypeError(z.prettifyError(read.error));
    const { next = [], always, probabilities, seed, times: given, clear = false } = read.data;
    if (probabilities) assertSum(probabilities);
    if (clear) {
      this.#next = [];
      this.#always = 'ok';
      this.#probabilities = {};
    }
    this.#next.push(...next);
    this.#always = always ?? this.#always;
    this.#probabilities = probabilities ?? this.#probabilities;
    if (seed !== undefined) this.#random = new SeededRandom(seed);
    this.#times = { ...this.#times, ...withoutUndefined(given ?? {}) };
  }

  describe(): object {
    return {
      next: this.#next,
      always: this.#always,
      probabilities: this.#probabilities,
      times: this.#times,
    };
  }
}

function assertSum(probabilities: FaultSettings['probabilities']): void {
  const sum = Object.values(probabilities).reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9) throw new TypeError(`The probabilities of faults add up to ${sum}, more than 1`);
}

function withoutUndefined(given: Partial<Record<keyof FaultTimes, number | undefined>>): Partial<FaultTimes> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
