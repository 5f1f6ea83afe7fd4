import type { AudioChunk, Outcome } from '../../protocol/speech.ts';
import type { Recorded } from '../../workers/audio/renditions.ts';
import { Renditions } from '../../workers/audio/renditions.ts';

/** A sentence whose sound is known, and how often it may be heard in its room. */
export interface Sentence {
  room: string;
  text: string;
  expected: number;
  sound: Recorded;
}

const most = 40;
/** An utterance that ended so long before or after a fault may have suffered from it. */
const nearMs = { before: 3_000, after: 10_000 };
const unheard = new Set(['expired', 'failed', 'skipped', 'shed', 'blocked']);

/** What the ledger says of utterances. */
export class Utterances {
  readonly #ended = new Map<string, { heard: boolean; paid: boolean; at: number }>();

  add({ utteranceId, what, paid, at }: Pick<Outcome, 'utteranceId' | 'what' | 'paid' | 'at'>): void {
    if (utteranceId === '') return;
    const known = this.#ended.get(utteranceId);
    const heard = known?.heard === true || !unheard.has(what);
    this.#ended.set(utteranceId, { heard, paid: known?.paid === true || paid, at });
  }

  /** One without an outcome may have been heard: it was cut off at the end. */
  mayBeHeard(utteranceId: string): boolean {
    return this.#ended.get(utteranceId)?.heard !== false;
  }

  /** Those to listen for: first what was paid for, then what was near a fault (unix milliseconds), then spread over the rest. */
  choose(faultsAt: number[]): Set<string> {
    const heard = [...this.#ended].filter(([, { heard }]) => heard);
    const isNear = (at: number) =>
      faultsAt.some((fault) => at > fault - nearMs.before && at < fault + nearMs.after);
    const paid = heard.filter(([, utterance]) => utterance.paid);
    const near = heard.filter(([, utterance]) => !utterance.paid && isNear(utterance.at));
    const rest = heard.filter(([, utterance]) => !utterance.paid && !isNear(utterance.at));
    const chosen = [...thin(paid, most), ...thin(near, most), ...thin(rest, most)];
    return new Set(chosen.slice(0, most).map(([id]) => id));
  }
}

/** Collects the sound of the chosen utterances from the chunks of a run, as it was made: what an engine gives for a text is its own affair. */
export class SentenceCollector {
  readonly #utterances: Utterances;
  readonly #chosen: ReadonlySet<string>;
  readonly #renditions = new Renditions();
  readonly #sounds = new Map<string, { room: string; text: string; sound: Recorded }>();
  /** Ids of segments by room and text. */
  readonly #segments = new Map<string, { room: string; text: string; ids: Set<string> }>();

  constructor(utterances: Utterances, chosen: ReadonlySet<string>) {
    this.#utterances = utterances;
    this.#chosen = chosen;
  }

  add(chunk: AudioChunk): void {
    const { id, room, text, utteranceId } = chunk.segment;
    const key = JSON.stringify([room, text]);
    if (this.#utterances.mayBeHeard(utteranceId)) {
      const known = this.#segments.get(key) ?? { room, text, ids: new Set<string>() };
      this.#segments.set(key, known);
      known.ids.add(id);
    }
    if (!this.#chosen.has(utteranceId) || this.#sounds.has(key)) return;
    const added = this.#renditions.add(chunk);
    if (added.kind === 'complete') this.#sounds.set(key, { room, text, sound: added.recorded });
  }

  /** A longer sentence that holds a shorter one may sound like it too. */
  sentences(): Sentence[] {
    const all = [...this.#segments.values()];
    return [...this.#sounds.values()].map(({ room, text, sound }) => {
      const core = bare(text);
      const alike = all.filter((other) => other.room === room && bare(other.text).includes(core));
      return { room, text, sound, expected: alike.reduce((sum, { ids }) => sum + ids.size, 0) };
    });
  }
}

const bare = (text: string): string => text.replaceAll(/[\p{P}\s]/gu, '');

/** At most so many, evenly spread. */
function thin<Item>(items: Item[], count: number): Item[] {
  if (items.length <= count) return items;
  const step = items.length / count;
  return Array.from({ length: count }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  );
}
