import type { ReplyConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { Acquaintances } from './acquaintances.ts';
import type { AnswerContext, Answerer, ShownProduct } from './answerer.ts';
import { AnswerChain } from './answerer.ts';
import { Helm } from './helm.ts';
import type { IdleUtterance } from './idle-director.ts';
import { IdleDirector } from './idle-director.ts';
import type { MemoryParts } from './memory.ts';
import type { Verdict } from './outcome.ts';
import { Phrasebook } from './phrasebook.ts';
import type { TextOptions } from './rules.ts';
import { Rules } from './rules.ts';
import { Templates } from './templates.ts';
import type { Topic } from './topic.ts';
import type { WordFilter } from './wording.ts';
import { Wording } from './wording.ts';

export interface RoomMindOptions {
  room: string;
  config: ReplyConfig;
  /** What must not be said; undefined: nothing is held back. */
  words?: WordFilter | undefined;
  /** Asked between the rules and the templates, in this order. */
  answerers?: (texts: TextOptions) => readonly Answerer[];
  /** Other wordings of a script's line. */
  rewritten?: (script: string, line: number) => readonly string[];
  /** An answerer failed; the next was asked. */
  onFailure: (error: unknown, name: string) => void;
  random?: () => number;
}

const maxPrices = 1_000;
const isEmpty = /^[\s\p{Cf}\p{Cc}]*$/u;

/** What is known of a room and decided about it, apart from the bus and the clock: whom to answer with what, and what to say in between. */
export class RoomMind {
  readonly acquaintances: Acquaintances;
  readonly helm: Helm;
  readonly director: IdleDirector;
  readonly wording: Wording;
  readonly chain: Answerer;
  readonly templates: Answerer;
  readonly #room: string;
  readonly #random: () => number;
  readonly #phrasebook = new Phrasebook();
  /** In yuan, by product. */
  readonly #prices = new Map<string, number>();
  #shown: ShownProduct | undefined;
  #viewers: number | undefined;
  #lastLine: (IdleUtterance & { at: number }) | undefined;

  constructor(options: RoomMindOptions) {
    const { room, config, words, answerers, rewritten, onFailure, random = Math.random } = options;
    this.#room = room;
    this.#random = random;
    this.acquaintances = new Acquaintances(config.board);
    this.helm = new Helm(config.helm);
    this.wording = new Wording(words);
    const phrasebook = this.#phrasebook;
    this.director = new IdleDirector({
      config,
      phrasebook,
      allow: (text) => this.wording.allow(text, 'script'),
      ...(rewritten ? { rewritten } : {}),
    });
    const texts = { config, phrasebook, nameSaid: (nickname: string) => this.wording.name(nickname) };
    this.templates = new Templates(texts);
    this.chain = new AnswerChain(
      [new Rules(texts), ...(answerers?.(texts) ?? []), this.templates],
      onFailure,
    );
  }

  /** Learns what an event tells of the room, whoever answers it. */
  learn(event: LiveEvent): void {
    if (event.kind === 'enter' && event.viewers > 0) this.#viewers = event.viewers;
    if (event.kind === 'stats') this.#viewers = event.online;
    if (event.kind === 'product') this.#learnProduct(event);
  }

  /** Why an event gets no answer, or the event as it may be answered. `again`: it has been with somebody before. */
  read(event: LiveEvent, now: number, again: boolean): LiveEvent | Verdict {
    if (this.helm.isMuted(event, now)) return { what: 'skipped', reason: 'muted' };
    const who = this.helm.hear(event, now);
    if (who) return { what: 'skipped', reason: `written by ${who}` };
    if (event.kind === 'chat') {
      if (isEmpty.test(event.text)) return { what: 'skipped', reason: 'nothing is written' };
      const text = this.wording.allow(event.text, 'viewer');
      if (text === undefined) return { what: 'blocked', reason: 'words that must not be said' };
      if (text !== event.text) return this.acquaintances.refuse(event, now, again) ?? { ...event, text };
    }
    return this.acquaintances.refuse(event, now, again) ?? event;
  }

  context(events: readonly LiveEvent[], now: number): AnswerContext {
    return {
      room: this.#room,
      now,
      shown: this.#shown,
      viewers: this.#viewers,
      recent: this.acquaintances.recent(events, now),
      random: this.#random,
    };
  }

  nextLine(now: number): IdleUtterance {
    return this.director.next(this.context([], now));
  }

  /** A line was said, by this process or another. */
  observeLine(line: IdleUtterance, at: number): void {
    this.director.observe(line.mark, at, line.text);
    this.#lastLine = { ...line, at };
  }

  priceOf(productId: string): number | undefined {
    return this.#prices.get(productId);
  }

  viewShow(now: number): MemoryParts['show'] {
    return { director: this.director.view(now), said: this.#phrasebook.view(), helm: this.helm.view(now) };
  }

  viewViewers(now: number): MemoryParts['viewers'] {
    return this.acquaintances.view(now);
  }

  /** Takes over what was kept. What was said since is known better from the stream. */
  restore({ show, viewers }: { [Part in keyof MemoryParts]?: MemoryParts[Part] | undefined }): void {
    if (viewers) this.acquaintances.restore(viewers);
    if (!show) return;
    this.#phrasebook.restore(show.said);
    this.helm.restore(show.helm);
    this.director.restore(show.director);
    const line = this.#lastLine;
    if (line) this.director.observe(line.mark, line.at, line.text);
  }

  /** What is thought of a topic, for who wants to know before it is said. */
  async answer(topic: Topic, now: number, signal: AbortSignal) {
    return await this.chain.answer(topic, this.context(topic.events, now), signal);
  }

  #learnProduct(event: Extract<LiveEvent, { kind: 'product' }>): void {
    const { action, productId, title, price, index, receivedAt: at } = event;
    const yuan = Number(/\d+(\.\d+)?/.exec(price)?.[0]);
    if (productId !== '' && Number.isFinite(yuan) && price !== '') {
      this.#prices.delete(productId);
      this.#prices.set(productId, yuan);
      for (const oldest of this.#prices.keys()) {
        if (this.#prices.size <= maxPrices) break;
        this.#prices.delete(oldest);
      }
    }
    const isSame = this.#shown !== undefined && this.#shown.id === productId && productId !== '';
    if (action === 'sold-out') {
      if (isSame) this.#shown = undefined;
      return;
    }
    if (action !== 'explain' && action !== 'change' && !isSame) return;
    const shown = {
      id: productId,
      title: title || (isSame ? (this.#shown?.title ?? '') : ''),
      price: price || (isSame ? (this.#shown?.price ?? '') : ''),
      index: index || (isSame ? (this.#shown?.index ?? 0) : 0),
      at,
    };
    const isNew =
      !isSame || (action === 'explain' && this.#shown !== undefined && shown.title !== this.#shown.title);
    this.#shown = shown;
    if (isNew) this.director.show(shown);
  }
}
