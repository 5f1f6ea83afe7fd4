import { createHmac, randomBytes } from 'node:crypto';

/** Stands for all viewers who hide, and so for nobody. */
const anonymousId = '111111';

/** Names in place of names: the same for the same, as long as the salt is, which is nowhere kept. */
export class Pseudonyms {
  readonly #salt: Buffer;

  constructor(salt: Buffer = randomBytes(32)) {
    this.#salt = salt;
  }

  /** A decimal id of 16 to 19 digits; empty for none. */
  id(id: string): string {
    if (id === '' || id === '0' || id === anonymousId) return id;
    return String(2n ** 53n + (this.#digest(`id ${id}`).readBigUInt64BE() % 2n ** 62n));
  }

  nickname(name: string): string {
    return name === '' ? '' : `观众${this.#digest(`name ${name}`).toString('hex', 0, 4)}`;
  }

  token(token: string): string {
    return token === '' ? '' : `P${this.#digest(`token ${token}`).toString('base64url')}`;
  }

  /** A text with its “@name” replaced. */
  text(text: string): string {
    return text.replaceAll(/@([^\s@:：,，。!！?？]+)/gu, (_, name: string) => `@${this.nickname(name)}`);
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#salt).update(text).digest();
  }
}
