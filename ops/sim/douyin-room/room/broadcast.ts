import { NOISE, type RoomItem } from '../scenario/item.ts';
import { addToTally, FRESH_TALLY, type Tally } from '../scenario/tally.ts';
import { encodeItem } from '../wire/room-message.ts';
import type { Snowflake } from '../wire/snowflake.ts';
import { UNDECODABLE } from './fault-frames.ts';
import { History, type Happening } from './history.ts';
import { truthOf } from './truth-log.ts';

/** One broadcast of the room, with an id, sums and a history of its own. */
export class Broadcast {
  readonly roomId: string;
  readonly history = new History({ limit: 2000 });
  readonly #ids: Snowflake;
  #tally: Tally = FRESH_TALLY;

  constructor({ roomId, ids }: { readonly roomId: string; readonly ids: Snowflake }) {
    this.roomId = roomId;
    this.#ids = ids;
  }

  /** Lets items happen: each gets its id, goes into the sums and into the history. */
  happen(items: readonly RoomItem[], now: number): Happening[] {
    const happenings = items.map((item) => {
      this.#tally = addToTally(this.#tally, item);
      const envelope = { msgId: this.#ids.next(now), roomId: this.roomId, now };
      return {
        message: encodeItem(item, envelope, this.#tally),
        truth: truthOf(item),
        needAck: !NOISE.has(item.kind),
        written: false,
        acked: false,
      };
    });
    this.history.add(happenings);
    return happenings;
  }

  /** Lets a gift happen that no client can decode. */
  happenBroken(now: number): Happening {
    const method = 'WebcastGiftMessage';
    const happening = {
      message: { method, msgId: this.#ids.next(now), payload: UNDECODABLE },
      truth: { method, kind: 'broken', userId: '', nickname: '', text: '', count: 0, gift: null },
      needAck: true,
      written: false,
      acked: false,
    };
    this.history.add([happening]);
    return happening;
  }
}
