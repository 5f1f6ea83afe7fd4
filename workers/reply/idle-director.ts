import type { IdleScriptConfig, ReplyConfig } from '../../protocol/config.ts';
import { defaultFillers } from '../../protocol/default-texts.ts';
import type { AnnouncementsState } from './announcements.ts';
import { Announcements, introductionMark } from './announcements.ts';
import type { AnswerContext, ShownProduct } from './answerer.ts';
import { commonFields } from './fields.ts';
import type { Fields, Phrasebook } from './phrasebook.ts';
import { pick } from './phrasebook.ts';
import { isShown } from './rules.ts';
import { SaidLines } from './said-lines.ts';

/** One line; `mark` tells a successor what it was: `<script>/<line>`, or an announcement. */
export interface IdleUtterance {
  mark: string;
  text: string;
}

export interface IdleDirectorOptions {
  config: Pick<ReplyConfig, 'idle' | 'disclosure' | 'director' | 'timeZone'>;
  phrasebook: Phrasebook;
  /** The text as it may be said; undefined: it may not. */
  allow: (text: string) => string | undefined;
  /** Other wordings of a line, written and checked ahead of time. They are drawn from beside the line itself. */
  rewritten?: (script: string, line: number) => readonly string[];
}

export type DirectorState = AnnouncementsState & {
  script: string;
  line: number;
  round: string[];
  said: [string, number][];
};

/** So often another variant is tried before a line counts as said. */
const tries = 8;
const maxKept = 400;

type Known = Pick<AnswerContext, 'now' | 'shown' | 'viewers' | 'random'>;

/**
 * Keeps the show going, line by line: what it is time for, else the scripts in turn, those of the product on show first. What another
 * process has said is told to it by `observe`, so that the show goes on there. Pure.
 */
export class IdleDirector {
  readonly announcements: Announcements;
  readonly #options: IdleDirectorOptions;
  readonly #said = new SaidLines();
  #script = '';
  /** Of `#script`, the line that comes next. */
  #line = 0;
  /** Scripts that were begun in this round. */
  #round: string[] = [];
  /** Its scripts come next. */
  #introduced: ShownProduct | undefined;

  constructor(options: IdleDirectorOptions) {
    this.#options = options;
    this.announcements = new Announcements(options.config);
  }

  /** A line was said, by this process or another. */
  observe(mark: string, at: number, text = ''): void {
    if (text !== '') this.#said.add(text, at);
    if (this.announcements.observe(mark, at)) return;
    const end = mark.lastIndexOf('/');
    const [script, line] = end < 0 ? [mark, Infinity] : [mark.slice(0, end), Number(mark.slice(end + 1))];
    if (!this.#options.config.idle.some(({ id }) => id === script)) return;
    this.#begin(script, line + 1);
  }

  /** A product was put on show: it is introduced, and what there is to say about it comes first. */
  show(product: ShownProduct): void {
    if (product.title !== '') this.announcements.introduce(product);
    this.#introduced = product;
  }

  /** The next line. It counts as said only when `observe` hears of it. */
  next(known: Known): IdleUtterance {
    const fields = commonFields(known, this.#options.config.timeZone);
    for (let due = this.announcements.due(known.now); due; due = this.announcements.due(known.now)) {
      const text = this.#drawOne(due.mark, due.texts, { ...fields, ...due.fields }, known);
      if (text !== undefined) return { mark: due.mark, text };
      this.announcements.observe(due.mark, known.now);
    }
    return this.#nextLine(fields, known);
  }

  /** Where it is, for people. */
  get place(): string {
    return this.#script === '' ? '' : `${this.#script}, line ${this.#line}`;
  }

  view(now: number): DirectorState {
    const said = this.#said.view(now - this.#options.config.director.repeatMs, maxKept);
    const { announcements } = this;
    return { ...announcements.view(), script: this.#script, line: this.#line, round: this.#round, said };
  }

  restore({ script, line, round, said, ...announcements }: DirectorState): void {
    this.announcements.restore(announcements);
    this.#said.restore(said);
    this.#script = script;
    this.#line = line;
    this.#round = round;
  }

  #drawOne(mark: string, texts: readonly string[], fields: Fields, { random }: Known): string | undefined {
    const { phrasebook, allow } = this.#options;
    const source = mark.startsWith(introductionMark) ? mark : (mark.split(' ')[0] ?? mark);
    const text = phrasebook.draw(`idle ${source}`, texts, fields, random);
    return text === undefined || text === '' ? undefined : allow(text);
  }

  /** The first line from here on that was not said lately; when all were, the one that was said longest ago. */
  #nextLine(fields: Fields, known: Known): IdleUtterance {
    const pool = this.#pool(known.shown);
    const since = known.now - this.#options.config.director.repeatMs;
    const lines = pool.reduce((sum, script) => sum + script.lines.length, 0);
    let { oldest, position } = {
      oldest: undefined as (IdleUtterance & { at: number }) | undefined,
      position: this.#position(),
    };
    for (let tried = 0; tried < lines; tried++) {
      const { script, line } = this.#step(pool, known);
      const found = this.#wordingOf(script, line, fields, known);
      if (!found) continue;
      if (found.at < since) return lineOf(found);
      if (!oldest || found.at < oldest.at) [oldest, position] = [found, this.#position()];
    }
    this.#goTo(position);
    return oldest ? lineOf(oldest) : { mark: '', text: pick(defaultFillers.idle, known.random) };
  }

  /** Of the wordings of a line the one that was said longest ago, or never; undefined: none can be said now. */
  #wordingOf(
    { id, lines }: IdleScriptConfig,
    line: number,
    fields: Fields,
    { random }: Known,
  ): (IdleUtterance & { at: number }) | undefined {
    const { phrasebook, allow, rewritten } = this.#options;
    const texts = [lines[line] ?? '', ...(rewritten?.(id, line) ?? [])];
    const known = texts.filter((text) => phrasebook.isKnown(text, fields));
    let best: (IdleUtterance & { at: number }) | undefined;
    for (let tried = 0; tried < tries && known.length > 0; tried++) {
      const text = allow(phrasebook.fill(pick(known, random), fields, random));
      if (text === undefined || text === '') continue;
      const at = this.#said.at(text);
      if (!best || at < best.at) best = { mark: `${id}/${line}`, text, at };
      if (at === -Infinity) break;
    }
    return best;
  }

  /** Goes one line further, and says which that is. */
  #step(pool: IdleScriptConfig[], known: Known): { script: IdleScriptConfig; line: number } {
    const about = this.#introduced && pool.find(({ product }) => isOf(product, this.#introduced));
    this.#introduced = undefined;
    if (about) this.#begin(about.id, 0);
    let script = pool.find(({ id }) => id === this.#script);
    if (!script || this.#line >= script.lines.length) {
      script = this.#following(pool, known);
      this.#begin(script.id, 0);
    }
    const line = this.#line;
    this.#line += 1;
    return { script, line };
  }

  #following(pool: IdleScriptConfig[], { random }: Known): IdleScriptConfig {
    const last = pool.findIndex(({ id }) => id === this.#script);
    if (this.#options.config.director.order === 'sequence') {
      const next = last < 0 ? this.#afterGone(pool) : pool[(last + 1) % pool.length];
      if (!next) throw new Error('There is no idle script');
      return next;
    }
    const left = pool.filter(({ id }) => !this.#round.includes(id));
    if (left.length > 0) return pick(left, random);
    this.#round = [];
    return pick(pool.length > 1 ? pool.filter((_, index) => index !== last) : pool, random);
  }

  /** The script that was spoken is not to be spoken any more: goes on behind it. */
  #afterGone(pool: IdleScriptConfig[]): IdleScriptConfig | undefined {
    const { idle } = this.#options.config;
    const gone = idle.findIndex(({ id }) => id === this.#script);
    return pool.find((script) => idle.indexOf(script) > gone) ?? pool[0];
  }

  #pool(shown: ShownProduct | undefined): IdleScriptConfig[] {
    const { idle } = this.#options.config;
    return idle.filter(({ product }) => product === '' || isShown(product, shown));
  }

  #begin(script: string, line: number): void {
    this.#script = script;
    this.#line = line;
    if (!this.#round.includes(script)) this.#round.push(script);
  }

  #position() {
    return { script: this.#script, line: this.#line, round: [...this.#round] };
  }

  #goTo({ script, line, round }: { script: string; line: number; round: string[] }): void {
    this.#script = script;
    this.#line = line;
    this.#round = round;
  }
}

const lineOf = ({ mark, text }: IdleUtterance): IdleUtterance => ({ mark, text });

const isOf = (product: string, shown: ShownProduct | undefined): boolean =>
  product !== '' && isShown(product, shown);
