import { delay } from '../../delay.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Observation } from '../source.ts';
import { AccountSigns } from './account-signs.ts';
import type { Conditions } from './conditions.ts';
import type { HangUp, HangUpTreatment } from './hang-ups.ts';
import { HangUps } from './hang-ups.ts';
import type { Reading } from './read-message.ts';
import { RoomBelief } from './room-belief.ts';
import type { LookResult } from './room-look.ts';
import type { DouyinTimes } from './times.ts';

/** After what an earlier process knew; what the room says comes first. */
const checkAfterMs = 1_000;
const maxEnds = 100;

/** A feed as far as it is watched. */
export interface Watched {
  readonly ended: AbortSignal;
  giveUp(reason: string): void;
}

interface BroadcastWatchOptions {
  room: string;
  conditions: Conditions;
  faults: Pick<FaultLog, 'report'>;
  times: DouyinTimes;
  look: (signal: AbortSignal) => Promise<LookResult>;
}

/** Hears all that is read of a room's broadcasts, over all connections; tells what is wrong with them, and ends a feed that is none. */
export class BroadcastWatch {
  readonly belief: RoomBelief;
  readonly #options: BroadcastWatchOptions;
  readonly #signs: AccountSigns;
  readonly #hangUps = new HangUps();
  #roomId = '';
  /** Messages that ended a broadcast: one that comes again, as others do, ends nothing. */
  readonly #ends = new Set<string>();

  constructor(options: BroadcastWatchOptions) {
    this.#options = options;
    this.belief = new RoomBelief({ leastApartMs: options.times.confirmMs / 2 });
    this.#signs = new AccountSigns(options.times.signs);
  }

  /** A feed of this broadcast is about to be opened. */
  begin(roomId: string): void {
    if (roomId !== this.#roomId && this.#roomId !== '') this.#signs.newBroadcast();
    this.#roomId = roomId;
  }

  notice = (_method: string, reading: Reading): void => this.#signs.take(reading, Date.now());

  onResponse(messages: number): void {
    if (messages > 0) this.#signs.frame();
  }

  onObservations(observations: readonly Observation[]): void {
    for (const { body, messageId } of observations) {
      if (body.kind !== 'control' || body.action !== 'end' || this.#ends.has(messageId)) continue;
      if (this.#ends.size >= maxEnds) this.#ends.clear();
      this.#ends.add(messageId);
      this.belief.ended(this.#roomId, Date.now());
    }
  }

  onHangUp(end: HangUp, openForMs: number): HangUpTreatment {
    const treatment = this.#hangUps.take(end, openForMs);
    this.#options.conditions.set(
      'late-pongs',
      treatment.isPongLate,
      treatment.isPongLate
        ? 'the server hangs up some 20 s after each connection: our pongs or heartbeats do not arrive; is this machine overloaded, or a proxy in between?'
        : 'connections hold again',
    );
    return treatment;
  }

  /** Until the feed or the source is over. `isUnasked`: nobody has looked at the room before the feed was opened. */
  async run(feed: Watched, how: { isGuest: boolean; isUnasked: boolean }, stop: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([feed.ended, stop]);
    const roomId = this.#roomId;
    this.#signs.opened(Date.now(), how);
    try {
      if (how.isUnasked && (await delay(checkAfterMs, signal))) await this.#check(feed, roomId, signal);
      while (await delay(this.#options.times.signsMs, signal)) {
        this.#tell();
        if (this.#signs.isNoiseAlone(Date.now())) await this.#checkNoise(feed, roomId, signal);
      }
    } finally {
      this.#tell();
      this.#signs.closed();
    }
  }

  #tell(): void {
    for (const { code, isOn, text } of this.#signs.conditions(Date.now())) {
      this.#options.conditions.set(code, isOn, text);
    }
  }

  /** A broadcast that is over is silent, not closed; only the page tells that there is another one. */
  async #check(feed: Watched, roomId: string, signal: AbortSignal): Promise<void> {
    const found = await this.#look(roomId, signal);
    if (found === 'gone') feed.giveUp('the page tells of another broadcast, or of none');
  }

  /** Rankings and figures are sent after the end of a broadcast too. */
  async #checkNoise(feed: Watched, roomId: string, signal: AbortSignal): Promise<void> {
    const found = await this.#look(roomId, signal);
    if (found === 'gone') {
      feed.giveUp('only rankings and figures come, and the page tells of another broadcast, or of none');
    } else if (found !== 'stopped') {
      this.#signs.noiseExcused();
      // What tells nothing is no reason to let a connection go.
      if (found === 'live') feed.giveUp('only rankings and figures come, although the room is on the air');
    }
  }

  async #look(roomId: string, signal: AbortSignal): Promise<'live' | 'gone' | 'unknown' | 'stopped'> {
    const { look, faults, room } = this.#options;
    try {
      const { verdict } = await look(signal);
      if (verdict.kind === 'gone') return 'gone';
      if (verdict.kind !== 'live') return 'unknown';
      return verdict.info.roomId === roomId ? 'live' : 'gone';
    } catch (error) {
      if (signal.aborted) return 'stopped';
      faults.report('room-check', { err: error, room }, 'the page of a room cannot be asked');
      return 'unknown';
    }
  }
}
