import { gunzipSync, gzipSync } from 'node:zlib';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import { ProtoWriter } from '../sim/douyin-room/wire/proto-writer.ts';
import { encodeGzipFrame } from '../sim/douyin-room/wire/push-frame.ts';

/** One input, and the ids of messages in it that must come out whatever happened to the others. */
export interface FuzzInput {
  how: string;
  data: Buffer;
  mustFind: string[];
}

/** What is mutated: frames as they come, and single messages that are whole. */
export interface FuzzCorpus {
  frames: readonly Buffer[];
  /** Whole `Message`s, encoded. */
  messages: readonly Buffer[];
  /** A message that is read under this id. */
  sibling: (id: string) => Buffer;
}

const position = { cursor: 'c', internalExt: 'e' };
/** Above what a frame may have. */
const oversized = Buffer.alloc(8 * 1024 * 1024 + 1, 0x0a);
const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));

/** Draws an input; the same draws make the same input. */
export function drawInput(random: SeededRandom, corpus: FuzzCorpus): FuzzInput {
  const die = random.whole(0, 9_999);
  const pickOf = <Item>(items: readonly Item[]): Item => items[random.whole(0, items.length - 1)] as Item;
  if (die < 2) return { how: 'oversized', data: oversized, mustFind: [] };
  if (die < 4) return { how: 'bomb', data: framed(bomb, random), mustFind: [] };
  if (die < 100) return { how: 'field bomb', data: fieldBomb(random), mustFind: [] };
  if (die < 500) return { how: 'nested', data: framed(gzipSync(nested(random)), random), mustFind: [] };
  if (die < 1_000) return { how: 'garbage', data: garbage(random, random.whole(0, 300)), mustFind: [] };
  if (die < 5_000) return withSiblings(mutate(pickOf(corpus.messages), random), corpus, random);
  const frame = pickOf(corpus.frames);
  if (die < 7_000) return { how: 'frame', data: mutate(frame, random), mustFind: [] };
  // What is inside is hurt before it is compressed: otherwise the checksum alone is tested.
  const plain = mutate(gunzipSync(payloadOf(frame)), random);
  return { how: 'response', data: framed(gzipSync(plain, { level: 1 }), random), mustFind: [] };
}

function withSiblings(hurt: Buffer, corpus: FuzzCorpus, random: SeededRandom): FuzzInput {
  const mustFind = Array.from(
    { length: random.whole(1, 3) },
    (_, index) => `900719925474099${random.whole(10, 99)}${index}`,
  );
  const writer = new ProtoWriter();
  for (const [index, id] of mustFind.entries()) {
    if (index > 0 || random.chance(0.5)) writer.bytes(1, hurt);
    writer.bytes(1, corpus.sibling(id));
  }
  const response = writer.bytes(1, hurt).string(5, 'e').bool(9, true).finish();
  return { how: 'siblings', data: framed(gzipSync(response, { level: 1 }), random), mustFind };
}

function framed(payload: Buffer, random: SeededRandom): Buffer {
  return encodeGzipFrame({ ...position, seqId: 1, logId: BigInt(random.whole(1, 2 ** 31)) }, payload);
}

/** The payload of a frame of ours begins where its gzip does. */
function payloadOf(frame: Buffer): Buffer {
  return frame.subarray(frame.indexOf(Buffer.from([0x1f, 0x8b, 0x08])));
}

/** Bytes changed, cut, doubled, taken out, put in, or lengths that lie. */
export function mutate(bytes: Buffer, random: SeededRandom): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = random.whole(1, 4); left > 0 && changed.byteLength > 0; left--) {
    const at = random.whole(0, changed.byteLength - 1);
    const length = random.whole(0, Math.min(64, changed.byteLength - at));
    const [before, part, after] = [
      changed.subarray(0, at),
      changed.subarray(at, at + length),
      changed.subarray(at + length),
    ];
    switch (random.whole(0, 6)) {
      case 0:
        changed[at] = random.whole(0, 255);
        break;
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << random.whole(0, 7));
        break;
      case 2:
        changed = Buffer.from(before);
        break;
      case 3:
        changed = Buffer.concat([before, part, part, after]);
        break;
      case 4:
        changed = Buffer.concat([before, after]);
        break;
      case 5:
        changed = Buffer.concat([before, garbage(random, random.whole(1, 16)), after]);
        break;
      default:
        // A length, or a number, as large as there is.
        changed = Buffer.concat([before, Buffer.from([0xff, 0xff, 0xff, 0xff, random.whole(0, 255)]), after]);
    }
  }
  return changed;
}

function garbage(random: SeededRandom, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.whole(0, 255)));
}

/** A message in a message in a message, or a group in a group. */
function nested(random: SeededRandom): Buffer {
  const depth = random.whole(2, 150);
  if (random.chance(0.3)) return Buffer.alloc(depth * 50, random.chance(0.5) ? 0x0b : 0x13);
  let inner = garbage(random, 4);
  for (let level = 0; level < depth; level++)
    inner = new ProtoWriter().bytes(random.whole(1, 24), inner).finish();
  return inner;
}

/** Two bytes each. */
function fieldBomb(random: SeededRandom): Buffer {
  const field = Buffer.from([random.chance(0.5) ? 0x0a : 0x2a, 0x00]);
  const fields = Buffer.alloc(random.whole(5_000, 60_000) * 2, field);
  return random.chance(0.5) ? fields : framed(gzipSync(fields, { level: 1 }), random);
}
