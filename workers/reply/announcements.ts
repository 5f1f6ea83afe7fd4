import type { ReplyConfig } from '../../protocol/config.ts';
import type { ShownProduct } from './answerer.ts';
import { localTime, minutesOf } from './local-time.ts';
import type { Fields } from './phrasebook.ts';

/** What is said in between because it is time for it: the texts to draw one from, and what it is called in segments. */
export interface Announcement {
  mark: string;
  texts: readonly string[];
  fields: Fields;
}

export type AnnouncementsState = {
  disclosedAt: number;
  timeToldAt: number;
  countdowns: string[];
};

export const disclosureScript = 'disclosure';
const timeMark = 'time';
const countdownMark = 'countdown';
export const introductionMark = 'introduction';

/** A countdown that was held up is made up for within so many minutes. */
const lateMinutes = 1;
const maxCountdowns = 200;

/** The disclosure, the time, countdowns and introductions of products: what is due, and what was said already. Pure. */
export class Announcements {
  readonly #config: Pick<ReplyConfig, 'disclosure' | 'director' | 'timeZone'>;
  #disclosedAt = -Infinity;
  #timeToldAt = -Infinity;
  #countdowns = new Set<string>();
  #introduction: ShownProduct | undefined;

  constructor(config: Pick<ReplyConfig, 'disclosure' | 'director' | 'timeZone'>) {
    this.#config = config;
  }

  /** For how long the disclosure has been due; negative: it is not. */
  overdueMs(now: number): number {
    const { text, everyMs } = this.#config.disclosure;
    return text === '' ? -Infinity : now - this.#disclosedAt - everyMs;
  }

  /** A product was put on show. */
  introduce(product: ShownProduct): void {
    this.#introduction = product;
  }

  /** What is due now; it counts as said once `observe` hears of its mark. */
  due(now: number): Announcement | undefined {
    const { disclosure, director } = this.#config;
    if (this.overdueMs(now) >= 0) return { mark: disclosureScript, texts: [disclosure.text], fields: {} };
    const countdown = this.#countdown(now);
    if (countdown) return countdown;
    if (this.#introduction) return { mark: introductionMark, texts: director.introductions, fields: {} };
    const { everyMs, say } = director.timeCall;
    if (this.#timeToldAt === -Infinity) this.#timeToldAt = now;
    if (everyMs === 0 || now - this.#timeToldAt < everyMs) return undefined;
    return { mark: timeMark, texts: say, fields: {} };
  }

  /** Whether something that was said, or cannot be, was one of these. */
  observe(mark: string, at: number): boolean {
    if (mark === disclosureScript) this.#disclosedAt = Math.max(at, this.#disclosedAt);
    else if (mark === timeMark) this.#timeToldAt = Math.max(at, this.#timeToldAt);
    else if (mark === introductionMark) this.#introduction = undefined;
    else if (mark.startsWith(`${countdownMark} `)) this.#countdowns.add(mark);
    else return false;
    return true;
  }

  view(): AnnouncementsState {
    return {
      disclosedAt: finite(this.#disclosedAt),
      timeToldAt: finite(this.#timeToldAt),
      countdowns: [...this.#countdowns].slice(-maxCountdowns),
    };
  }

  restore({ disclosedAt, timeToldAt, countdowns }: AnnouncementsState): void {
    this.observe(disclosureScript, disclosedAt === 0 ? -Infinity : disclosedAt);
    this.observe(timeMark, timeToldAt === 0 ? -Infinity : timeToldAt);
    for (const mark of countdowns) this.#countdowns.add(mark);
  }

  #countdown(now: number): Announcement | undefined {
    const { director, timeZone } = this.#config;
    if (director.countdowns.length === 0) return undefined;
    const { date, weekday, minutes } = localTime(now, timeZone);
    for (const { id, name, at, days, minutesBefore, say } of director.countdowns) {
      const left = (minutesOf(at) - minutes + 1_440) % 1_440;
      const day = minutesOf(at) >= minutes ? weekday : (weekday % 7) + 1;
      if (left === 0 || (days.length > 0 && !days.includes(day))) continue;
      const before = minutesBefore.find((each) => left <= each && left >= each - lateMinutes);
      const mark = `${countdownMark} ${id} ${before} ${date}`;
      if (before === undefined || this.#countdowns.has(mark)) continue;
      return { mark, texts: say, fields: { name, minutes: String(left) } };
    }
    return undefined;
  }
}

/** JSON knows no infinity. */
const finite = (at: number): number => (Number.isFinite(at) ? at : 0);
