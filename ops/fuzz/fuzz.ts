import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { FaultLog } from '../../workers/ingest/fault-log.ts';
import { sourceDefinition } from '../../workers/ingest/open-source.ts';
import type { RawMessage } from '../../workers/ingest/source.ts';
import { Tally } from '../../workers/ingest/tally.ts';
import type { SourceType } from '../../protocol/sources.ts';
import { makeFrames } from '../bench/ingest/make-frames.ts';
import { readItem } from '../sim/douyin-room/scenario/item.ts';
import { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import { FRESH_TALLY } from '../sim/douyin-room/scenario/tally.ts';
import { ProtoWriter } from '../sim/douyin-room/wire/proto-writer.ts';
import { encodeItem } from '../sim/douyin-room/wire/room-message.ts';
import { drawPackets } from './bilibili-input.ts';
import { drawText, isJsonSource, jsonDrawer } from './json-input.ts';
import type { FuzzCorpus, FuzzInput } from './mutate.ts';
import { drawInput } from './mutate.ts';

export interface FuzzOptions {
  source: SourceType;
  inputs: number;
  seed: number;
  /** The first input; with `inputs` 1, an earlier failure alone. */
  from: number;
  signal: AbortSignal;
  /** Hears of how far it is, now and then. */
  onProgress?: (done: number) => void;
}

export interface FuzzResult {
  source: SourceType;
  done: number;
  /** Of things that came out. */
  observations: number;
  /** Inputs of each sort. */
  sorts: Record<string, number>;
  /** What was thrown, or lost; the input is to be kept. */
  failure?: { index: number; how: string; text: string; input: Buffer };
  rssMb: { early: number; most: number; end: number };
  slowestMs: number;
  perSecond: number;
}

/** Above what a run may grow after its first tenth: one bomb at a time is allowed for. */
export const maxGrowthMb = 300;
const receivedAt = 1_790_000_000_000;
const sampleEvery = 1_000;

/** Feeds a source's decoder with what nobody sends. It ends at the first thing that is thrown, and at the first whole message that is lost. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { source, inputs, seed, from, signal } = options;
  const faults = new FaultLog({ warn: () => undefined });
  const decoder = (await sourceDefinition(source)).openDecoder({
    room: 'fuzz',
    tally: new Tally({}),
    faults,
  });
  const hasFrames = source === 'douyin' || source === 'bilibili';
  const draw = drawerOf(source);
  const startedAt = performance.now();
  const rssMb = { early: 0, most: 0, end: 0 };
  const result: FuzzResult = {
    source,
    done: 0,
    observations: 0,
    sorts: {},
    rssMb,
    slowestMs: 0,
    perSecond: 0,
  };
  for (let index = from; index < from + inputs && !signal.aborted; index++) {
    const random = new SeededRandom(seedOf(seed, index));
    const input = draw(random);
    result.sorts[input.how] = (result.sorts[input.how] ?? 0) + 1;
    const before = performance.now();
    const form: RawMessage['form'] = hasFrames || random.chance(0.2) ? 'binary' : 'text';
    try {
      let found = await decoder.decode({ receivedAt, form, data: input.data });
      result.observations += found.length;
      if (input.next) {
        found = await decoder.decode({ receivedAt, form, data: input.next });
        result.observations += found.length;
      }
      const ids = new Set(found.map(({ messageId }) => messageId));
      const lost = input.mustFind.find((id) => !ids.has(id));
      if (lost !== undefined) throw new Error(`The whole message ${lost} beside a damaged one was lost`);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      result.failure = { index, how: input.how, text, input: input.data };
      break;
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - before);
    result.done += 1;
    if (result.done % sampleEvery !== 0) continue;
    sample(result, inputs, options);
    // Decoders that never wait would keep the news from arriving that somebody wants it to end.
    await setImmediate();
  }
  rssMb.end = rssNow();
  rssMb.early ||= rssMb.end;
  rssMb.most = Math.max(rssMb.most, rssMb.end);
  result.perSecond = (result.done / (performance.now() - startedAt)) * 1_000;
  return result;
}

function drawerOf(source: SourceType): (random: SeededRandom) => FuzzInput {
  if (source === 'bilibili') return (random) => (random.chance(0.7) ? drawPackets(random) : drawText(random));
  if (isJsonSource(source)) return jsonDrawer(source);
  const corpus = douyinCorpus();
  return (random) => drawInput(random, corpus);
}

function sample({ rssMb, done }: FuzzResult, inputs: number, { onProgress }: FuzzOptions): void {
  const now = rssNow();
  if (done <= Math.max(sampleEvery, inputs / 10)) rssMb.early = Math.max(rssMb.early, now);
  rssMb.most = Math.max(rssMb.most, now);
  onProgress?.(done);
}

const rssNow = (): number => Math.round(process.memoryUsage.rss() / 1_048_576);

/** Each input has draws of its own, so that it can be made again without those before it. */
const seedOf = (seed: number, index: number): number =>
  (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b)) >>> 0;

function douyinCorpus(): FuzzCorpus {
  const made = [true, false].flatMap((isRich) => makeFrames({ frames: 60, messagesPerFrame: 6, isRich }));
  const frames = made.map(({ bytes }) => bytes);
  const responses = made.map(({ payload }) => gunzipSync(payload));
  const items = [
    { kind: 'chat', text: '多少钱' },
    { kind: 'gift' },
    { kind: 'like' },
    { kind: 'enter' },
    { kind: 'follow' },
    { kind: 'fansclub' },
    { kind: 'product' },
    { kind: 'shopping' },
    { kind: 'audience' },
    { kind: 'control', action: 1 },
  ] as const;
  const whole = (id: string, item: Parameters<typeof readItem>[0]): Buffer => {
    const envelope = { msgId: BigInt(id), roomId: '7659772534023654196', now: receivedAt };
    const { method, payload } = encodeItem(readItem(item), envelope, FRESH_TALLY);
    return new ProtoWriter().string(1, method).bytes(2, payload).varint(3, BigInt(id)).finish();
  };
  const messages = items.map((item, index) => whole(`726051744246666220${index}`, item));
  return { frames, responses, messages, sibling: (id) => whole(id, { kind: 'chat', text: '邻居' }) };
}
