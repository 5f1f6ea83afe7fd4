import type { JsMsg } from '@nats-io/jetstream';
import type { ChildReport } from '../protocol/ipc.ts';

export type HoldReport = Extract<ChildReport, { kind: 'took' | 'settled' }>;

const sweepMs = 250;
/** A burst that is read without a pause is told of in between, or it would be given back to its holder again and again. */
const mostUntold = 64;

/** What the library's messages have beyond their declared interface. Without it there is no hand-over, and the ack wait does its work. */
type Answerable = JsMsg & { reply: string; didAck: boolean };

function isAnswerable(message: JsMsg): message is Answerable {
  return 'reply' in message && typeof message.reply === 'string' && 'didAck' in message;
}

/**
 * Tells the supervisor which messages this worker holds, by their ack subjects. When the worker dies, the supervisor gives them back
 * (`-NAK`), and a successor has them in milliseconds instead of after the consumer's ack wait. What was taken is told at once, what was
 * settled now and then: giving back a settled message does nothing.
 */
export class HeldMessages implements Disposable {
  readonly #report: (report: HoldReport) => void;
  readonly #held = new Map<string, Answerable>();
  readonly #timer: NodeJS.Timeout;
  #taken: string[] = [];
  #isTelling = false;

  constructor(report: (report: HoldReport) => void) {
    this.#report = report;
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
    this.#timer.unref();
  }

  /** A message that is delivered again takes the place of its earlier delivery. */
  add(message: JsMsg): void {
    if (!isAnswerable(message)) return;
    const key = `${message.info.stream} ${message.info.consumer} ${message.seq}`;
    const earlier = this.#held.get(key);
    if (earlier) this.#report({ kind: 'settled', acks: [earlier.reply] });
    this.#held.set(key, message);
    if (this.#isTelling) {
      this.#taken.push(message.reply);
      if (this.#taken.length >= mostUntold) this.#tellTaken();
      return;
    }
    // The first of a burst at once: the others may take a while to be read.
    this.#isTelling = true;
    this.#report({ kind: 'took', acks: [message.reply] });
    setImmediate(() => this.#tell());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    this.#isTelling = false;
    this.#tellTaken();
  }

  #tellTaken(): void {
    const acks = this.#taken;
    this.#taken = [];
    if (acks.length > 0) this.#report({ kind: 'took', acks });
  }

  #sweep(): void {
    const acks: string[] = [];
    for (const [key, message] of this.#held) {
      if (!message.didAck) continue;
      this.#held.delete(key);
      acks.push(message.reply);
    }
    if (acks.length > 0) this.#report({ kind: 'settled', acks });
  }
}
