import { gzipSync } from 'node:zlib';
import { FRIENDLY_RATES, randomScenario } from '../../sim/douyin-room/scenario/random-scenario.ts';
import { FRESH_TALLY, addToTally } from '../../sim/douyin-room/scenario/tally.ts';
import { encodeMessageFrame, encodeResponse } from '../../sim/douyin-room/wire/push-frame.ts';
import { encodeItem } from '../../sim/douyin-room/wire/room-message.ts';
import { enrich } from './rich-message.ts';

export interface MadeFrame {
  bytes: Buffer;
  /** The gzipped part of it. */
  payload: Buffer;
  plainBytes: number;
}

export const madeAt = 1_790_000_000_000;

/** Frames of a random room. `isRich`: with messages as large as the platform's. */
export function makeFrames(options: {
  frames: number;
  messagesPerFrame: number;
  isRich: boolean;
  seed?: number;
}): MadeFrame[] {
  const { frames, messagesPerFrame, isRich, seed = 7 } = options;
  const acts = randomScenario({ seed, rates: FRIENDLY_RATES, castSize: 200, startSecond: madeAt / 1_000 });
  let tally = FRESH_TALLY;
  let msgId = 7_260_517_442_466_662_207n;
  return Array.from({ length: frames }, (_, index) => {
    const messages = [];
    while (messages.length < messagesPerFrame) {
      const act = acts.next().value;
      if (act?.do !== 'say') continue;
      tally = addToTally(tally, act.item);
      const envelope = { msgId: msgId++, roomId: '7659772534023654196', now: madeAt };
      const message = encodeItem(act.item, envelope, tally);
      messages.push(isRich ? enrich(message) : message);
    }
    const position = { cursor: `t-${madeAt}_r-1_d-1_u-1_h-1`, internalExt: `internal_src:dim|seq:${index}` };
    const response = encodeResponse({
      ...position,
      messages,
      needAck: true,
      now: madeAt,
      heartbeatDuration: 10,
      fetchInterval: 1_000,
      pushServer: '',
    });
    const bytes = encodeMessageFrame({ ...position, seqId: index, logId: BigInt(index) }, response);
    return { bytes, payload: gzipSync(response, { level: 1 }), plainBytes: response.byteLength };
  });
}
