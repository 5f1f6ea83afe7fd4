import { gunzipSync, gzipSync } from 'node:zlib';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { readFrame } from '../../workers/ingest/douyin/read-frame.ts';
import { readMessage } from '../../workers/ingest/douyin/read-message.ts';
import { decodeMessage } from '../../workers/ingest/douyin/schema.ts';
import { RoomEvents } from '../../workers/ingest/room-events.ts';
import { FRIENDLY_RATES, randomScenario } from '../sim/douyin-room/scenario/random-scenario.ts';
import { FRESH_TALLY, addToTally } from '../sim/douyin-room/scenario/tally.ts';
import { encodeMessageFrame, encodeResponse } from '../sim/douyin-room/wire/push-frame.ts';
import { encodeItem } from '../sim/douyin-room/wire/room-message.ts';
import type { Report } from './report.ts';
import { quantile } from './report.ts';

const frames = 2_000;
const messagesPerFrame = 8;
const rounds = 9;
const at = 1_790_000_000_000;

/** Frames of a random room, decoded to our events, against gunzip alone on the same payloads in the same run. */
export async function benchDecode(): Promise<Report> {
  const made = makeFrames();
  const ratios: number[] = [];
  const perFrameUs: number[] = [];
  let events = 0;
  for (let round = 0; round < rounds; round++) {
    const gunzipMs = time(() => {
      for (const { payload } of made) gunzipSync(payload);
    });
    const room = new RoomEvents({
      room: 'bench',
      platform: 'douyin',
      ttls: configSchema.parse(demoConfig).reply,
    });
    events = 0;
    const decodeMs = time(() => {
      for (const { bytes } of made) events += decodeAll(bytes, room);
    });
    ratios.push(decodeMs / gunzipMs);
    perFrameUs.push((decodeMs / frames) * 1_000);
  }
  return {
    question: `what does a frame of ${messagesPerFrame} messages cost, from bytes to events, against gunzipSync alone?`,
    figures: [
      { what: 'decode ÷ gunzipSync, median of rounds', value: quantile(ratios, 0.5), unit: '×', goal: 1.4 },
      { what: 'decode per frame, median', value: quantile(perFrameUs, 0.5), unit: 'µs' },
      { what: 'events per round', value: events, unit: '' },
    ],
  };
}

function decodeAll(bytes: Uint8Array, room: RoomEvents): number {
  const frame = readFrame(bytes);
  if (frame.kind !== 'messages') return 0;
  let count = 0;
  for (const message of frame.messages) {
    for (const observation of readMessage(decodeMessage(message), at, { anchorId: '' }) ?? []) {
      if (room.admit(observation, at)) count += 1;
    }
  }
  return count;
}

function makeFrames(): { bytes: Buffer; payload: Buffer }[] {
  const acts = randomScenario({ seed: 7, rates: FRIENDLY_RATES, castSize: 200, startSecond: at / 1_000 });
  let tally = FRESH_TALLY;
  let msgId = 7_260_517_442_466_662_207n;
  return Array.from({ length: frames }, (_, index) => {
    const messages = [];
    while (messages.length < messagesPerFrame) {
      const act = acts.next().value;
      if (act?.do !== 'say') continue;
      tally = addToTally(tally, act.item);
      messages.push(encodeItem(act.item, { msgId: msgId++, roomId: '7659772534023654196', now: at }, tally));
    }
    const position = { cursor: `t-${at}_r-1_d-1_u-1_h-1`, internalExt: `internal_src:dim|seq:${index}` };
    const response = encodeResponse({
      ...position,
      messages,
      needAck: true,
      now: at,
      heartbeatDuration: 10,
      fetchInterval: 1_000,
      pushServer: '',
    });
    const bytes = encodeMessageFrame({ ...position, seqId: index, logId: BigInt(index) }, response);
    return { bytes, payload: gzipSync(response) };
  });
}

function time(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
