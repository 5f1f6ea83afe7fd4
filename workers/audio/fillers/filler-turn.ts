import type { Priority } from '../../../protocol/speech.ts';
import { msOf } from '../format.ts';
import type { Place } from '../player-options.ts';
import type { Turn } from '../turn.ts';
import { Voice, toSound } from '../voice.ts';
import type { Recorded } from '../renditions.ts';

export interface FillerTurnOptions {
  airing: string;
  recorded: Recorded;
  /** It is over; `heard`: some of it was. */
  onEnd: (heard: boolean) => void;
}

/** With less than this left it is said to its end, unless somebody paid for what comes. */
const worthFinishingMs = 1_500;

/** Something kept, while nothing else is there. Nobody goes on with it. */
export class FillerTurn implements Turn {
  readonly voice: Voice;
  readonly airing: string;
  readonly #samples: number;
  readonly #onEnd: (heard: boolean) => void;
  #isOver = false;

  constructor({ airing, recorded, onEnd }: FillerTurnOptions) {
    const sound = toSound(recorded);
    this.airing = airing;
    this.voice = new Voice({ sound, from: 0, volume: 1 });
    this.#samples = sound.samples;
    this.#onEnd = onEnd;
  }

  makesWay(priority: Priority): boolean {
    return priority === 'urgent' || msOf(this.#samples - this.voice.position) >= worthFinishingMs;
  }

  moved(): void {
    // Nobody has to know.
  }

  /** For the ledger. */
  place(): Place {
    return { utteranceId: this.airing, nextIndex: 0, offset: this.voice.position };
  }

  heard(): void {
    this.#end();
  }

  pause(): void {
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(this.voice.position > 0);
  }
}
