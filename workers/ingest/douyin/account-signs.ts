import type { Viewer } from '../../../protocol/event.ts';
import type { SourceCondition } from '../source.ts';
import type { Reading } from './read-message.ts';

/** Lengths in milliseconds; tests shorten them. */
export interface AccountSignTimes {
  /** Noise alone for so long is suspicious; twice as long after each look that finds the room on the air, up to `noiseMostMs`. */
  noiseMs: number;
  noiseMostMs: number;
  /** Gifts are known to be given for so long, and we are told of none. */
  giftsMs: number;
  /** A guest has heard viewers for so long, and of no gift. */
  guestGiftsMs: number;
  /** Viewers were heard at first and then for so long no more, although some are there. */
  sampledMs: number;
}

export const accountSignTimes: AccountSignTimes = {
  noiseMs: 120_000,
  noiseMostMs: 1_800_000,
  giftsMs: 300_000,
  guestGiftsMs: 600_000,
  sampledMs: 600_000,
};

/** Of so many viewers the last ones are looked at, once there are `leastViewers` of them. */
const windowSize = 40;
const leastViewers = 12;
/** A guest sees nearly every name cut; somebody logged in sees the few who hide. */
const maskedOn = 0.8;
const maskedOff = 0.4;
/** Where fewer watch, nobody need have anything to say. */
const leastOnline = 20;
const leastFromViewers = 50;
/** What comes this soon after a connection may be a repetition of what was said before. */
const repeatedMs = 30_000;
/** What a gift adds to the sum of all may be told a little later than the gift. */
const ticketLagMs = 10_000;

/** Messages that come of somebody's doing; without them there is noise, which is sent after the end of a broadcast too. */
const lively = new Set([
  'chat',
  'gift',
  'like',
  'enter',
  'follow',
  'share',
  'fansclub',
  'order',
  'product',
  'control',
]);

/**
 * What the messages of one broadcast tell of the account that reads it: whether it is taken for a guest, whether gifts are kept from
 * it, whether it only gets samples, and whether what comes is noise alone. It outlives connections. No clock of its own; times in unix
 * milliseconds.
 */
export class AccountSigns {
  readonly #times: AccountSignTimes;
  #isGuest = true;
  #openedAt = 0;
  #isOpen = false;
  /** The last viewers, true for a masked one. */
  readonly #masked: boolean[] = [];
  #isMasked = false;
  #livelyAt = 0;
  #frames = 0;
  #noiseMs: number;
  #viewersAt = 0;
  #viewersHeard = 0;
  #firstViewerAt = 0;
  #isHushed = false;
  #online = 0;
  #giftAt = 0;
  #tickets = 0;
  /** When, after the last gift that we know of, the sum of all gifts first grew; 0: it has not. */
  #unseenSince = 0;
  #unseenGifts = 0;

  constructor(times: AccountSignTimes = accountSignTimes) {
    this.#times = times;
    this.#noiseMs = times.noiseMs;
  }

  /** A connection is open. */
  opened(now: number, { isGuest }: { isGuest: boolean }): void {
    this.#isGuest = isGuest;
    this.#isOpen = true;
    this.#openedAt = now;
    this.#livelyAt = now;
    this.#frames = 0;
    // The time without one is nobody's fault.
    if (this.#viewersHeard > 0) this.#viewersAt = now;
    if (this.#unseenSince > 0) this.#unseenSince = now;
  }

  closed(): void {
    this.#isOpen = false;
  }

  /** Another broadcast has other gifts and viewers; the account is the same. */
  newBroadcast(): void {
    this.#noiseMs = this.#times.noiseMs;
    this.#viewersAt = 0;
    this.#viewersHeard = 0;
    this.#firstViewerAt = 0;
    this.#isHushed = false;
    this.#online = 0;
    this.#giftAt = 0;
    this.#tickets = 0;
    this.#unseenSince = 0;
    this.#unseenGifts = 0;
  }

  frame(): void {
    this.#frames += 1;
  }

  take({ viewer, bodies, fanTickets }: Pick<Reading, 'viewer' | 'bodies' | 'fanTickets'>, now: number): void {
    if (fanTickets !== undefined) this.#takeTickets(fanTickets, now);
    for (const body of bodies) {
      if (body.kind === 'stats') this.#online = body.online;
      if (body.kind === 'gift') this.#takeGift(now);
      if (!lively.has(body.kind)) continue;
      this.#livelyAt = now;
      this.#noiseMs = this.#times.noiseMs;
    }
    if (viewer && viewer.id + viewer.nickname !== '') this.#takeViewer(viewer, now);
  }

  /** Something comes, and nothing of it was anybody's doing for so long that the page should be asked. */
  isNoiseAlone(now: number): boolean {
    return this.#isOpen && this.#frames > 0 && now - this.#livelyAt >= this.#noiseMs;
  }

  /** The page says that the room is on the air all the same: it may well be quiet, so the next suspicion takes longer. */
  noiseExcused(): void {
    this.#noiseMs = Math.min(this.#noiseMs * 2, this.#times.noiseMostMs);
  }

  /** Every condition there is, with what holds now. */
  conditions(now: number): SourceCondition[] {
    return [this.#guest(), this.#giftsMissing(now), this.#sampled(now)];
  }

  #takeViewer(viewer: Viewer, now: number): void {
    this.#masked.push(isMasked(viewer));
    if (this.#masked.length > windowSize) this.#masked.shift();
    this.#viewersHeard += 1;
    this.#viewersAt = now;
    if (now - this.#openedAt > repeatedMs) this.#isHushed = false;
    if (this.#viewersHeard === 1) this.#firstViewerAt = now;
  }

  #takeGift(now: number): void {
    this.#giftAt = now;
    this.#unseenSince = 0;
    this.#unseenGifts = 0;
  }

  #takeTickets(count: number, now: number): void {
    const grew = this.#tickets > 0 && count > this.#tickets;
    this.#tickets = count;
    if (!grew || (this.#giftAt > 0 && now - this.#giftAt < ticketLagMs)) return;
    this.#unseenGifts += 1;
    if (this.#unseenSince === 0) this.#unseenSince = now;
  }

  #guest(): SourceCondition {
    if (this.#masked.length >= leastViewers) {
      const share = this.#masked.filter(Boolean).length / this.#masked.length;
      if (share >= maskedOn) this.#isMasked = true;
      if (share <= maskedOff) this.#isMasked = false;
    }
    const text = this.#isMasked
      ? `viewers' names are hidden from us: ${
          this.#isGuest
            ? 'we read as a guest; give the cookie of a logged-in account'
            : 'the account is not logged in any more, or under risk control; renew its cookie'
        }`
      : 'viewers have their names again';
    return { code: 'guest', text, isOn: this.#isMasked };
  }

  #giftsMissing(now: number): SourceCondition {
    const isGiven = this.#giftAt === 0 && this.#isUnseen(now);
    const isLikely =
      this.#isGuest &&
      this.#giftAt === 0 &&
      this.#viewersHeard >= leastFromViewers &&
      now - this.#firstViewerAt >= this.#times.guestGiftsMs;
    const isOn = isGiven || isLikely;
    const why = this.#isGuest
      ? 'guests are not told of them; give the cookie of a logged-in account'
      : 'they are kept from this account; renew its cookie or use another account';
    const text = isOn
      ? `we are told of no gift${isGiven ? ', although gifts are given' : ''}: ${why}`
      : 'we are told of gifts';
    return { code: 'gifts-missing', text, isOn };
  }

  #sampled(now: number): SourceCondition {
    this.#isHushed ||=
      this.#isOpen &&
      this.#viewersHeard > 0 &&
      this.#frames > 0 &&
      this.#online >= leastOnline &&
      now - this.#viewersAt >= this.#times.sampledMs;
    const isShort = this.#giftAt > 0 && this.#isUnseen(now);
    const isOn = this.#isHushed || isShort;
    const text = isOn
      ? `the platform sends this account samples only: ${
          isShort
            ? 'gifts are given that we are not told of'
            : 'the first messages came, and nothing of viewers since'
        }; use another account`
      : 'messages of viewers come again';
    return { code: 'sampled', text, isOn };
  }

  /** Gifts are given, more than once and for long enough, of which we are not told. */
  #isUnseen(now: number): boolean {
    return this.#unseenGifts > 1 && this.#unseenSince > 0 && now - this.#unseenSince >= this.#times.giftsMs;
  }
}

/** All who are hidden have one id; a guest sees of a name its first character. */
function isMasked({ id, nickname }: Viewer): boolean {
  return id === '111111' || /^.{0,2}\*{2,}$/u.test(nickname);
}
