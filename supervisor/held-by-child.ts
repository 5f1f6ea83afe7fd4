import { parseAckSubject } from './ack-subject.ts';

/** More than any worker may hold; beyond it the oldest simply wait for their ack wait. */
const maxKept = 10_000;
/** Deaths of workers that were treating one message. */
const deathsToPoison = 2;

export interface Released {
  /** To be given to somebody else. */
  acks: string[];
  /** Those among them that nobody may treat any more. */
  poison: string[];
}

/**
 * The bus messages that each child holds, by ack subject, and what became of those whose holder died: who dies with the same message
 * in hand that another died with, probably died of it.
 */
export class HeldByChild {
  readonly #held = new Map<string, Set<string>>();
  readonly #treating = new Map<string, string[]>();
  readonly #deaths = new Map<string, number>();
  readonly #poison = new Set<string>();
  /** Messages that were given back, and when their holder was found dead. */
  readonly #given = new Map<string, number>();

  /** Keys of all poison messages, `<stream> <sequence>`. */
  get poison(): string[] {
    return [...this.#poison];
  }

  /** The child has taken them. For those that another had held until it died: how long ago that was, in milliseconds. */
  took(child: string, acks: string[], now: number): number[] {
    const held = this.#held.get(child) ?? new Set();
    this.#held.set(child, held);
    const takenOver: number[] = [];
    for (const ack of acks) {
      held.add(ack);
      const key = parseAckSubject(ack)?.key ?? '';
      const since = this.#given.get(key);
      if (since === undefined) continue;
      this.#given.delete(key);
      takenOver.push(now - since);
    }
    bound(held);
    return takenOver;
  }

  settled(child: string, acks: string[]): void {
    const held = this.#held.get(child);
    for (const ack of acks) held?.delete(ack);
  }

  treating(child: string, acks: string[]): void {
    this.#treating.set(child, acks);
  }

  /** What the child held, now that its process has ended; it holds nothing any more. `died`: nobody had asked it to end. */
  release(child: string, { died, now }: { died: boolean; now: number }): Released {
    const treated = this.#treating.get(child) ?? [];
    // That it treats one may be heard before that it took it.
    const acks = [...new Set([...(this.#held.get(child) ?? []), ...treated])];
    this.#held.delete(child);
    this.#treating.delete(child);
    for (const ack of acks) {
      const key = parseAckSubject(ack)?.key;
      if (key !== undefined) this.#given.set(key, now);
    }
    const poison = died ? treated.flatMap((ack) => this.#noteDeath(ack)) : [];
    for (const map of [this.#given, this.#deaths]) bound(map);
    bound(this.#poison);
    return { acks, poison };
  }

  /** Those of the given back messages that nobody has taken yet. */
  untaken(acks: string[]): string[] {
    return acks.filter((ack) => this.#given.has(parseAckSubject(ack)?.key ?? ''));
  }

  /** Of everything that children hold now. */
  get acks(): string[] {
    return [...this.#held.values()].flatMap((held) => [...held]);
  }

  #noteDeath(ack: string): string[] {
    const key = parseAckSubject(ack)?.key;
    if (key === undefined || this.#poison.has(key)) return [];
    const deaths = (this.#deaths.get(key) ?? 0) + 1;
    this.#deaths.set(key, deaths);
    if (deaths < deathsToPoison) return [];
    this.#poison.add(key);
    return [ack];
  }
}

function bound(collection: { size: number; keys(): Iterable<string>; delete(key: string): boolean }): void {
  for (const oldest of collection.keys()) {
    if (collection.size <= maxKept) break;
    collection.delete(oldest);
  }
}
