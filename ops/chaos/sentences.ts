import { createHash } from 'node:crypto';
import type { AudioChunk, Outcome } from '../../protocol/speech.ts';
import type { Recorded } from '../../workers/audio/renditions.ts';
import { Renditions } from '../../workers/audio/renditions.ts';
import { readAiring } from '../../workers/audio/fillers/airing-id.ts';
import { speechText } from '../../workers/tts/text/speech-text.ts';

/** A sentence whose sound is known, and how often it is heard in its room when the ledger is right. */
export interface Sentence {
  room: string;
  text: string;
  /** So often it was heard from beginning to end, says the ledger. */
  required: number;
  /** So often it may be heard: also in utterances that were cut short or have no outcome, and in longer sentences that hold it. */
  expected: number;
  sound: Recorded;
}

/** What to listen for in the recordings of a run. */
export interface Sayings {
  sentences: Sentence[];
  /** Nothing else was said: every sound of a recording can be explained by them. */
  isEverything: boolean;
  /** What was recorded before (unix milliseconds) holds sentences whose sound is not kept any more; 0: all of it is known. */
  fromMs: number;
}

/** As many as are said in the time for which sound is kept. */
const mostUtterances = 400;
/** An utterance that ended so long before or after a fault may have suffered from it. */
const nearMs = { before: 3_000, after: 10_000 };
/** Longer than an utterance lasts, with all that may come between its sentences. */
const lastingMs = 30_000;
const unheard = new Set(['expired', 'failed', 'skipped', 'shed', 'blocked']);

interface Ended {
  heard: boolean;
  whole: boolean;
  paid: boolean;
  at: number;
}

/** A sound that was kept, and heard because nothing else was there. */
interface Airing {
  room: string;
  text: string;
  at: number;
}

/** What the ledger says of utterances. */
export class Utterances {
  readonly #ended = new Map<string, Ended>();
  /** By id. */
  readonly airings = new Map<string, Airing>();

  add(
    outcome: Pick<Outcome, 'utteranceId' | 'what' | 'reason' | 'by' | 'paid' | 'at' | 'room' | 'text'>,
  ): void {
    const { utteranceId, what, reason, by, paid, at, room, text } = outcome;
    if (utteranceId === '') return;
    // None of those that were made to be heard: nobody has to hear it, nor all of it.
    if (readAiring(utteranceId)) return void this.airings.set(utteranceId, { room, text, at });
    const known = this.#ended.get(utteranceId);
    const heard = known?.heard === true || !unheard.has(what);
    // Whoever has heard only some of it gives a reason.
    const whole = !unheard.has(what) && reason === '' && by === 'audio' && known?.whole !== false;
    this.#ended.set(utteranceId, { heard, whole, paid: known?.paid === true || paid, at });
  }

  /** One without an outcome may have been heard: it was cut off at the end. */
  mayBeHeard(utteranceId: string): boolean {
    return this.#ended.get(utteranceId)?.heard !== false;
  }

  /** Every sentence of it was heard, after `fromMs`. */
  isHeardWhole(utteranceId: string, fromMs: number): boolean {
    const ended = this.#ended.get(utteranceId);
    return ended?.whole === true && (fromMs === 0 || ended.at > fromMs + lastingMs);
  }

  /** When the last one of those ended that were heard and whose sound is not known; 0 when there are none. */
  lastUnknown(isKnown: (utteranceId: string) => boolean): number {
    const unknown = [...this.#ended].filter(([id, { heard }]) => heard && !isKnown(id));
    return unknown.reduce((last, [, { at }]) => Math.max(last, at), 0);
  }

  /** Those to listen for: first what was paid for, then what was near a fault (unix milliseconds), then spread over the rest. */
  choose(faultsAt: number[], most = mostUtterances): { ids: Set<string>; isEverything: boolean } {
    const isNear = (at: number) =>
      faultsAt.some((fault) => at > fault - nearMs.before && at < fault + nearMs.after);
    const heard = [...this.#ended].filter(([, { heard }]) => heard);
    const paid = heard.filter(([, utterance]) => utterance.paid);
    const near = heard.filter(([, utterance]) => !utterance.paid && isNear(utterance.at));
    const rest = heard.filter(([, utterance]) => !utterance.paid && !isNear(utterance.at));
    const chosen = [...thin(paid, most), ...thin(near, most), ...thin(rest, most)];
    return { ids: new Set(chosen.slice(0, most).map(([id]) => id)), isEverything: heard.length <= most };
  }
}

interface Said {
  room: string;
  text: string;
  /** By id of the segment, its utterance. */
  segments: Map<string, string>;
}

/** Collects the sound of the chosen utterances from the chunks of a run, as it was made: what an engine gives for a text is its own affair. */
export class SentenceCollector {
  readonly #utterances: Utterances;
  readonly #chosen: { ids: ReadonlySet<string>; isEverything: boolean };
  readonly #renditions = new Renditions();
  /** By room, text and sound: two attempts at one text need not sound alike. */
  readonly #sounds = new Map<string, Said & { sound: Recorded }>();
  /** By room and text: those that may be heard. */
  readonly #segments = new Map<string, Said>();
  /** The first complete attempt at a segment is the one that is played; how many there are of an utterance, and shall be. */
  readonly #done = new Set<string>();
  readonly #counts = new Map<string, { done: number; last: number }>();

  constructor(utterances: Utterances, chosen: { ids: ReadonlySet<string>; isEverything: boolean }) {
    this.#utterances = utterances;
    this.#chosen = chosen;
  }

  add(chunk: AudioChunk): void {
    const { id, room, text, utteranceId, index, last, keep } = chunk.segment;
    if (!keep && this.#utterances.mayBeHeard(utteranceId)) this.#mayBeHeard({ room, text }, id, utteranceId);
    if (this.#done.has(id)) return;
    const isChosen = this.#chosen.isEverything || this.#chosen.ids.has(utteranceId);
    const added = isChosen ? this.#renditions.add(chunk) : { kind: 'empty' as const };
    if (added.kind !== 'complete' && added.kind !== 'empty') return;
    this.#done.add(id);
    const count = this.#counts.get(utteranceId) ?? { done: 0, last: -1 };
    this.#counts.set(utteranceId, { done: count.done + 1, last: last ? index : count.last });
    if (added.kind === 'empty') return;
    const sound = added.recorded;
    const key = JSON.stringify([room, text, createHash('sha1').update(sound.pcm).digest('base64')]);
    const said = this.#sounds.get(key) ?? { room, text, sound, segments: new Map<string, string>() };
    this.#sounds.set(key, said);
    said.segments.set(id, utteranceId);
  }

  /** `isCut`: the stream does not hold its beginning any more. */
  sayings(isCut: boolean): Sayings {
    const isKnown = (id: string) => {
      const count = this.#counts.get(id);
      return count !== undefined && count.done === count.last + 1;
    };
    const fromMs = isCut ? Math.max(this.#utterances.lastUnknown(isKnown), this.#lastUnknownAiring()) : 0;
    for (const [id, airing] of this.#utterances.airings) this.#mayBeHeard(airing, id, id);
    const all = [...this.#segments.values()].map((said) => ({ ...said, core: bare(said.text) }));
    const sentences = [...this.#sounds.values()].map(({ room, text, sound, segments }): Sentence => {
      const core = bare(text);
      const alike = all.filter((other) => other.room === room && other.core.includes(core));
      const required = [...segments.values()].filter((id) =>
        this.#utterances.isHeardWhole(id, fromMs),
      ).length;
      const expected = alike.reduce((sum, other) => sum + other.segments.size, 0);
      return { room, text, sound, required, expected };
    });
    return { sentences, isEverything: this.#chosen.isEverything, fromMs };
  }

  #mayBeHeard({ room, text }: { room: string; text: string }, id: string, utteranceId: string): void {
    const key = JSON.stringify([room, text]);
    const said = this.#segments.get(key) ?? { room, text, segments: new Map<string, string>() };
    this.#segments.set(key, said);
    said.segments.set(id, utteranceId);
  }

  #lastUnknownAiring(): number {
    const known = new Set([...this.#sounds.values()].map(({ room, text }) => JSON.stringify([room, text])));
    const unknown = [...this.#utterances.airings.values()].filter(
      ({ room, text }) => !known.has(JSON.stringify([room, text])),
    );
    return unknown.reduce((last, { at }) => Math.max(last, at), 0);
  }
}

/** As it is heard: texts that are written differently may sound alike. */
const bare = (text: string): string => speechText(text).replaceAll(/[\p{P}\s]/gu, '');

/** At most so many, evenly spread. */
function thin<Item>(items: Item[], count: number): Item[] {
  if (items.length <= count) return items;
  const step = items.length / count;
  return Array.from({ length: count }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  );
}
