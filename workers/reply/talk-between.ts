import type { ReplyConfig } from '../../protocol/config.ts';
import type { Priority } from '../../protocol/speech.ts';
import { splitSentences } from '../split-sentences.ts';
import { disclosureScript } from './announcements.ts';
import type { Pacer } from './pacer.ts';
import type { RoomMind } from './room-mind.ts';
import type { Memory } from './room-memory.ts';
import type { Speaker } from './speaker.ts';
import { segmentsOf } from './utterance.ts';

export interface TalkBetweenOptions {
  room: string;
  voice: string;
  lifeId: string;
  config: Pick<ReplyConfig, 'director'>;
  mind: RoomMind;
  speaker: Speaker;
  memory: Memory;
  pacer: Pacer;
  draining: AbortSignal;
  onWork: (change: 1 | -1) => void;
}

/** A line that answers kept waiting, or that nobody could speak, is still said so much later. */
const idleTtlMs = 300_000;
/** What a person wants said is of now. */
const saidNowTtlMs = 60_000;
/** When there is no room for the disclosure between answers for so long, it comes before them. */
const disclosurePatienceMs = 30_000;

/** What a room says that answers nobody: the script, line by line, and what a person wants said. */
export class TalkBetween {
  readonly #options: TalkBetweenOptions;
  #count = 0;
  #disclosureDueSince: number | undefined;
  #quietSince: number | undefined;

  constructor(options: TalkBetweenOptions) {
    this.#options = options;
  }

  /** Says the next line when it is time for it. */
  async turn(): Promise<void> {
    const { mind } = this.#options;
    const now = Date.now();
    const isDue = mind.director.announcements.overdueMs(now) >= 0;
    this.#disclosureDueSince = isDue ? (this.#disclosureDueSince ?? now) : undefined;
    const isUrgent = isDue && now - (this.#disclosureDueSince ?? now) >= disclosurePatienceMs;
    if (!isUrgent && !this.#isRoom(now)) return;
    const line = mind.nextLine(now);
    const priority = isUrgent && line.mark === disclosureScript ? 'urgent' : 'idle';
    await this.#say(line.text, { priority, mark: line.mark, ttlMs: idleTtlMs });
    mind.observeLine(line, now);
    this.#options.memory.changed('show');
  }

  /** Says what a person wants said, at once; why not, or undefined. */
  async sayNow(text: string): Promise<string | undefined> {
    const { mind, draining } = this.#options;
    if (draining.aborted) return 'This process is about to be replaced; say it again in a moment';
    const allowed = mind.wording.allow(text, 'script');
    if (allowed === undefined) return 'There are words in it that must not be said';
    const isSaid = await this.#say(allowed, { priority: 'urgent', mark: '', ttlMs: saidNowTtlMs });
    return isSaid ? undefined : 'There is nothing in it that can be said';
  }

  #isRoom(now: number): boolean {
    const { pacer, config } = this.#options;
    const { leadMs, pauseMs } = config.director;
    const backlogMs = pacer.backlogMs(['urgent', 'normal', 'idle'], now);
    this.#quietSince = backlogMs > 0 ? undefined : (this.#quietSince ?? now);
    if (pauseMs === 0) return backlogMs < leadMs;
    return this.#quietSince !== undefined && now - this.#quietSince >= pauseMs;
  }

  async #say(
    text: string,
    { priority, mark, ttlMs }: { priority: Priority; mark: string; ttlMs: number },
  ): Promise<boolean> {
    const { room, voice, lifeId, speaker, onWork } = this.#options;
    const now = Date.now();
    const segments = segmentsOf({
      id: `i:${room}:${lifeId}-${this.#count++}`,
      room,
      sentences: splitSentences(text),
      priority,
      voice,
      events: [],
      now,
      expiresAt: now + ttlMs,
      idleScript: mark,
    });
    onWork(1);
    try {
      return (await speaker.say(segments)) !== undefined;
    } finally {
      onWork(-1);
    }
  }
}
