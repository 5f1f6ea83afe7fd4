import { numbersIn } from './shop/numbers-in.ts';
import { nameless, speakableName } from './speakable-name.ts';

/** Whose words they are. */
export type WordPlace = 'viewer' | 'nickname' | 'model' | 'script';

/** Finds what must not be said. `masked`: `text` is what may be said instead; `blocked`: nothing of it may. */
export interface WordFilter {
  check(text: string, place: WordPlace): { kind: 'clean' | 'masked' | 'blocked'; text: string };
}

/** A way through which everything goes that is read from viewers, and everything that is spoken. Without a filter nothing is held back. */
export class Wording {
  readonly #filter: WordFilter | undefined;

  constructor(filter: WordFilter | undefined) {
    this.#filter = filter;
  }

  /** The text as it may be used; undefined: not at all. */
  allow(text: string, place: WordPlace): string | undefined {
    const checked = this.#filter?.check(text, place);
    return checked?.kind === 'blocked' ? undefined : (checked?.text ?? text);
  }

  /** A nickname as it can be said. */
  name(nickname: string): string {
    if (isOffer(nickname)) return nameless;
    const said = speakableName(nickname);
    return this.allow(nickname, 'nickname') === undefined
      ? nameless
      : (this.allow(said, 'nickname') ?? nameless);
  }
}

/** Of hardly any name the numbers have to be read. */
const mayBePrice = /[块元折价毛角¥￥]/u;

/** 一号九块九, 全场免费送: what is called out must not be heard as the shop's offer. */
const isOffer = (nickname: string): boolean =>
  /免费|免单|白送|包邮|买.送|拍.发|降价|特价|秒杀|打折|假一赔/u.test(nickname) ||
  (mayBePrice.test(nickname) && numbersIn(nickname).some(({ kind }) => kind === 'money' || kind === 'fold'));
