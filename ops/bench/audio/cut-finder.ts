import { delay } from '../../../workers/delay.ts';
import type { Hearing, Listener } from '../supervisor/listener.ts';
import type { Stage } from '../supervisor/stage.ts';
import { wallNow } from '../supervisor/stage.ts';

/** What has to be heard of a sentence on both sides of a kill. */
const around = { heardMs: 700, leftMs: 1_700 };
/** A kill happens somewhere between two playheads. */
const phaseMs = 120;
/** Each is 20 s. In a lively room there may be many short sentences in a row. */
const attempts = 3;
const goesOnMs = 20_000;
const lookEveryMs = 50;

/** Finds the moments in which somebody may be killed, so far apart that each can be told from the one before in the recording. */
export class CutFinder {
  readonly #stage: Stage;
  readonly #listener: Listener;
  #count = 0;
  #notBefore = 0;

  constructor(stage: Stage, listener: Listener) {
    this.#stage = stage;
    this.#listener = listener;
  }

  /** Waits for the middle of a sentence; throws when nobody says anything long enough for long. */
  async next(): Promise<Hearing> {
    const { signal } = this.#stage;
    await this.settled();
    let hearing: Hearing | undefined;
    for (let attempt = 0; attempt < attempts && !hearing; attempt++) {
      hearing = await this.#listener.during(around, signal);
      signal.throwIfAborted();
    }
    if (!hearing) throw new Error('Nothing that is long enough is said any more');
    await delay((this.#count++ * 37) % phaseMs, signal);
    signal.throwIfAborted();
    return hearing;
  }

  /** The recording is read for so long after what was done at a time. */
  doneAt(at: number, lastsMs: number): void {
    this.#notBefore = at + lastsMs;
  }

  /** Waits until the last one can be read. */
  async settled(): Promise<void> {
    await delay(Math.max(0, this.#notBefore - wallNow()), this.#stage.signal);
  }

  /** Whether another sentence than this one is heard in the end. */
  async goesOn({ sound }: Hearing): Promise<boolean> {
    const signal = AbortSignal.any([this.#stage.signal, AbortSignal.timeout(goesOnMs)]);
    while (!signal.aborted) {
      const hearing = await this.#listener.during({ heardMs: 0, leftMs: 0 }, signal);
      if (hearing && hearing.sound !== sound) return true;
      await delay(lookEveryMs, signal);
    }
    return false;
  }
}
