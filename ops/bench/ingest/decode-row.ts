import { gunzipSync } from 'node:zlib';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import { readFrame } from '../../../workers/ingest/douyin/read-frame.ts';
import { readMessage } from '../../../workers/ingest/douyin/read-message.ts';
import { decodeMessage } from '../../../workers/ingest/douyin/schema.ts';
import { RoomEvents } from '../../../workers/ingest/room-events.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { MadeFrame } from './make-frames.ts';
import { makeFrames, madeAt } from './make-frames.ts';
import type { Measured } from '../measure-rows.ts';

export interface DecodeCost {
  /** Median of rounds. */
  ratio: number;
  perFrameUs: number;
  perSecond: { frames: number; events: number };
  plainBytesPerMessage: number;
}

const messagesPerFrame = 8;

/** Frames of a random room, decoded to our events, against gunzip alone on the same payloads in the same run. */
export async function measureDecode({ isQuick }: BenchOptions): Promise<Measured> {
  const frames = isQuick ? 500 : 2_000;
  const rounds = isQuick ? 5 : 9;
  const rich = decodeCost(makeFrames({ frames, messagesPerFrame, isRich: true }), rounds);
  const small = decodeCost(makeFrames({ frames, messagesPerFrame, isRich: false }), rounds);
  return {
    figures: [
      { what: 'decode ÷ gunzipSync, messages as rich as real ones', value: rich.ratio, unit: '×', goal: 1.4 },
      { what: 'decode ÷ gunzipSync, small messages', value: small.ratio, unit: '×', goal: 1.4 },
      { what: 'a rich frame', value: rich.perFrameUs, unit: 'µs' },
      { what: 'a small frame', value: small.perFrameUs, unit: 'µs' },
      { what: 'rich frames per core', value: rich.perSecond.frames, unit: '/s' },
      { what: 'their events per core, before publishing', value: rich.perSecond.events, unit: '/s' },
    ],
    notes: [
      `frames of ${messagesPerFrame} messages, a message ${Math.round(rich.plainBytesPerMessage)} or ${Math.round(small.plainBytesPerMessage)} bytes before gzip`,
    ],
    broken: [],
  };
}

export function decodeCost(made: readonly MadeFrame[], rounds: number): DecodeCost {
  const ratios: number[] = [];
  const decodeMs: number[] = [];
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
    const ms = time(() => {
      for (const { bytes } of made) events += decodeAll(bytes, room);
    });
    ratios.push(ms / gunzipMs);
    decodeMs.push(ms);
  }
  const median = quantile(decodeMs, 0.5);
  const messages = made.length * messagesPerFrame;
  return {
    ratio: quantile(ratios, 0.5),
    perFrameUs: (median / made.length) * 1_000,
    perSecond: { frames: (made.length / median) * 1_000, events: (events / median) * 1_000 },
    plainBytesPerMessage: made.reduce((sum, { plainBytes }) => sum + plainBytes, 0) / messages,
  };
}

function decodeAll(bytes: Uint8Array, room: RoomEvents): number {
  const frame = readFrame(bytes);
  if (frame.kind !== 'messages') return 0;
  let count = 0;
  for (const message of frame.messages) {
    for (const observation of readMessage(decodeMessage(message), madeAt, { anchorId: '' }) ?? []) {
      if (room.admit(observation, madeAt)) count += 1;
    }
  }
  return count;
}

function time(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
