import type { Priority, Segment } from '../../protocol/speech.ts';
import type { Cue } from './cue.ts';
import { Ended } from './ended.ts';
import type { Ending, Line, Partial, Sound } from './line.ts';
import { endingOfComplete, fill, isReady, isStale, learn, newLine, passMissing, textOf } from './line.ts';
import { begunFirst, compare, isBegunReply } from './order.ts';
import type { PlaylistOptions } from './playlist-options.ts';
import type { PlaylistFacts, PlaylistView } from './playlist-view.ts';
import { factsOf, viewOf } from './playlist-view.ts';
import { surplusOf } from './surplus.ts';

/** As long as a sink that keeps dying needs to be found again: what was begun goes on after it. */
const unheardPatienceMs = 2_000;

/**
 * Decides which segment is heard when; no clock of its own, `now` in unix milliseconds.
 *
 * The segments of an utterance are heard in order, each once. An urgent or normal utterance that was begun is finished before
 * another begins, unless its next segment is missing for `slotTimeoutMs`: then others may speak, and it goes on, before anything
 * new begins, when the segment comes, or ends at its `expiresAt`. An idle one yields at every sentence's end. Every utterance
 * ends exactly once; it stays known (`ending`) until the caller says that its outcomes are `settled`, so that a successor never
 * takes an end for granted that nobody has written down.
 */
export class Playlist<S extends Sound> {
  readonly #options: PlaylistOptions;
  readonly #lines = new Map<string, Line<S>>();
  readonly #ended: Ended;
  readonly #restored: Map<string, Partial>;
  #endings: Ending[] = [];
  /** The line that was heard last and is not finished. */
  #floor: Line<S> | undefined;
  #playing: Line<S> | undefined;
  #readUpTo: number;
  #orders = 0;
  #starts = 0;
  #bytes = 0;
  #draining = false;
  /** While true only begun replies go on: what waits is still being read, and something more urgent may be among it. */
  catchingUp = false;

  constructor(options: PlaylistOptions) {
    this.#options = options;
    const { ended, partial, resumeSeq } = options.resume;
    this.#ended = new Ended(ended, resumeSeq);
    this.#restored = new Map(partial.map((each) => [each.utteranceId, each]));
    this.#readUpTo = resumeSeq - 1;
  }

  /** A chunk that is not for the playlist lay at this sequence of the stream. */
  pass(seq: number): void {
    this.#readUpTo = Math.max(this.#readUpTo, seq);
  }

  /** A chunk of a segment has come, at this sequence of the stream; `wanted` when its sound is of use. */
  see(segment: Segment, seq: number): 'wanted' | 'known' | 'ended' {
    this.#readUpTo = Math.max(this.#readUpTo, seq);
    const id = segment.utteranceId;
    if (this.#ended.has(id)) {
      this.#ended.touch(id, seq);
      return 'ended';
    }
    let line = this.#lines.get(id);
    if (!line) {
      line = newLine<S>(segment, seq, ++this.#orders);
      this.#lines.set(id, line);
      this.#restore(line);
    }
    if (line.ending) {
      line.lastSeq = Math.max(line.lastSeq, seq);
      return 'ended';
    }
    learn(line, segment, seq);
    this.#resolve(line);
    const known = segment.index < line.next || line.slots.has(segment.index);
    return line.ending ? 'ended' : known ? 'known' : 'wanted';
  }

  /** The sound of a segment that was seen, and why another voice than the usual one speaks. */
  put(segment: Segment, sound: S, note = ''): void {
    const line = this.#lines.get(segment.utteranceId);
    if (!line || line.ending || segment.index < line.next || line.slots.has(segment.index)) return;
    fill(line, segment.index, { sound, note });
    this.#bytes += sound.bytes;
  }

  /** A segment that was seen has no sound. */
  miss(segment: Segment, reason: string): void {
    const line = this.#lines.get(segment.utteranceId);
    if (!line || line.ending || segment.index < line.next || line.slots.has(segment.index)) return;
    line.slots.set(segment.index, { state: 'missing', reason });
    this.#resolve(line);
  }

  /**
   * Ends what has become too old or too much. To be called often. `unheard`: nobody can hear anything, since when and why. Then what
   * was begun ends too when it expires, unless that is over within a moment.
   */
  tick(now: number, unheard?: { since: number; reason: string }): void {
    const givenUp = unheard !== undefined && now - unheard.since >= unheardPatienceMs;
    const reason = unheard?.reason ?? 'expired';
    for (const line of this.#lines.values()) {
      if (line.ending || line === this.#playing) continue;
      if (isStale(line, now) || (givenUp && now >= line.expiresAt)) this.#end(line, 'expired', reason);
    }
    const surplus = () => surplusOf(this.#lines.values(), this.#bytes, this.#options);
    for (let line = surplus(); line; line = surplus()) this.#end(line, 'shed', 'too many waiting');
  }

  /** The segment to play now, while nothing is playing. */
  next(now: number): Cue<S> | undefined {
    if (this.#playing) throw new Error(`Cannot begin another segment while "${this.#playing.id}" plays`);
    const line = this.#choose(now);
    const slot = line?.slots.get(line.next);
    if (!line || slot?.state !== 'ready') return undefined;
    if (line.startedOrder === 0) line.startedOrder = ++this.#starts;
    line.stalledSince = undefined;
    const left = this.#floor;
    if (this.#draining && left && left !== line && left.priority !== 'urgent') {
      this.#end(left, 'skipped', 'stopping');
    }
    this.#playing = line;
    this.#floor = line;
    const { id: utteranceId, next: index, priority, offset: from } = line;
    return { utteranceId, index, priority, text: line.texts.get(index) ?? '', sound: slot.sound, from };
  }

  /** How urgent that is what `next` would give; nothing: it would give nothing. */
  peek(now: number): Priority | undefined {
    return this.#playing ? undefined : this.#choose(now)?.priority;
  }

  /** How far the playing segment was heard, in samples. */
  at(offset: number): void {
    if (!this.#playing) return;
    this.#playing.offset = offset;
    if (offset > 0) this.#playing.heard = true;
  }

  /** Nobody hears the playing segment: it waits, from this sample on, as what was begun last. */
  pause(offset: number): void {
    const line = this.#playing;
    if (!line) return;
    this.#playing = undefined;
    line.offset = offset;
    line.heard = line.next > 0 || offset > 0;
  }

  /** The playing segment was heard to its end. */
  heard(): void {
    const line = this.#playing;
    if (!line) return;
    this.#playing = undefined;
    this.#forget(line, line.next);
    line.heard = true;
    line.next += 1;
    line.offset = 0;
    this.#resolve(line);
  }

  /** Takes nothing new but what is urgent; what waits and is neither urgent nor begun last ends as skipped. */
  drain(): void {
    this.#draining = true;
    for (const line of this.#dispensable()) if (line !== this.#floor) this.#end(line, 'skipped', 'stopping');
  }

  /** Whether, while draining, nothing is left that could be heard. */
  isDrained(now: number): boolean {
    if (this.#playing || this.catchingUp || this.#choose(now)) return false;
    return !this.#floor || this.#mayOthersSpeak(this.#floor, now);
  }

  /** The time is over: what was begun last ends here. Urgent utterances that were not begun stay, for a successor. */
  cut(): void {
    const line = this.#floor;
    this.#playing = undefined;
    if (!line || line.ending) return;
    if (line.heard) this.#end(line, 'spoken', 'cut short');
    else if (line.priority !== 'urgent') this.#end(line, 'skipped', 'stopping');
  }

  /** Ends what is being said, or, while nothing is, what was begun and would go on first; returns its words. */
  skip(reason: string): string | undefined {
    const line = this.#floor ?? begunFirst(this.#lines.values());
    if (!line) return undefined;
    this.#end(line, 'skipped', reason);
    return textOf(line);
  }

  /** Ends everything but what is urgent; returns how many utterances that were. */
  stop(reason: string): number {
    const lines = this.#dispensable();
    for (const line of lines) this.#end(line, 'skipped', reason);
    return lines.length;
  }

  /** Utterances that have ended since the last call. */
  takeEndings(): Ending[] {
    const endings = this.#endings;
    this.#endings = [];
    return endings;
  }

  /** The outcomes of an ended utterance are published: it needs not be remembered as unfinished any more. */
  settled(utteranceId: string): void {
    const line = this.#lines.get(utteranceId);
    if (!line?.ending) return;
    this.#lines.delete(utteranceId);
    this.#ended.add(utteranceId, line.lastSeq);
    this.#ended.prune(this.#resumeSeq());
  }

  /** From which the state of the sound follows. */
  facts(): PlaylistFacts {
    return factsOf({ lines: this.#lines.values(), playing: this.#playing, floor: this.#floor });
  }

  /** What a successor, and those who pace themselves by the sound, have to know. */
  view(): PlaylistView {
    return viewOf({
      lines: [...this.#lines.values()],
      playing: this.#playing,
      floor: this.#floor,
      restored: [...this.#restored.values()],
      ended: this.#ended.ids(),
      resumeSeq: this.#resumeSeq(),
    });
  }

  /** What may go when there is no time for it. */
  #dispensable(): Line<S>[] {
    return [...this.#lines.values()].filter(({ ending, priority }) => !ending && priority !== 'urgent');
  }

  #restore(line: Line<S>): void {
    const partial = this.#restored.get(line.id);
    if (!partial) return;
    this.#restored.delete(line.id);
    line.next = partial.nextIndex;
    line.offset = partial.offset;
    line.heard = partial.nextIndex > 0 || partial.offset > 0;
    if (line.heard) line.startedOrder = ++this.#starts;
  }

  #resolve(line: Line<S>): void {
    if (line.ending || line === this.#playing || !passMissing(line)) return;
    const { what, reason } = endingOfComplete(line);
    this.#end(line, what, reason);
  }

  #choose(now: number): Line<S> | undefined {
    const floor = this.#floor;
    if (floor && isReady(floor) && floor.priority !== 'idle') return floor;
    let best: Line<S> | undefined;
    for (const line of this.#lines.values()) {
      if (
        !isReady(line) ||
        isStale(line, now) ||
        (this.catchingUp && !isBegunReply(line)) ||
        (this.#draining && line !== floor && line.priority !== 'urgent')
      )
        continue;
      if (!best || compare(line, best) < 0) best = line;
    }
    if (!floor || isReady(floor) || this.#mayOthersSpeak(floor, now)) return best;
    // An idle line keeps only other idle lines waiting.
    return floor.priority === 'idle' && best?.priority !== 'idle' ? best : undefined;
  }

  #mayOthersSpeak(floor: Line<S>, now: number): boolean {
    floor.stalledSince ??= now;
    return now - floor.stalledSince >= this.#options.slotTimeoutMs;
  }

  #end(line: Line<S>, what: Ending['what'], reason: string): void {
    const { id: utteranceId, causes } = line;
    line.ending = {
      utteranceId,
      what: line.heard ? 'spoken' : what,
      reason,
      text: textOf(line),
      causes: [...causes.values()],
    };
    this.#endings.push(line.ending);
    for (const index of line.slots.keys()) this.#forget(line, index);
    if (this.#floor === line) this.#floor = undefined;
    if (this.#playing === line) this.#playing = undefined;
  }

  #forget(line: Line<S>, index: number): void {
    const slot = line.slots.get(index);
    if (slot?.state === 'ready') this.#bytes -= slot.sound.bytes;
    line.slots.delete(index);
  }

  #resumeSeq(): number {
    let seq = this.#readUpTo + 1;
    for (const line of this.#lines.values()) seq = Math.min(seq, line.firstSeq);
    return seq;
  }
}
