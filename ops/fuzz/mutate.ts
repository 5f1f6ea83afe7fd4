import { crc32, gzipSync } from 'node:zlib';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import { ProtoWriter } from '../sim/douyin-room/wire/proto-writer.ts';
import { encodeGzipFrame } from '../sim/douyin-room/wire/push-frame.ts';

/** One input, and the ids of messages in it that must come out whatever happened to the others. */
export interface FuzzInput {
  how: string;
  data: Buffer;
  mustFind: string[];
  /** What comes next: `mustFind` is in it. */
  next?: Buffer;
}

/** What is mutated: frames as they come, what is in them before gzip, and single messages that are whole. */
export interface FuzzCorpus {
  frames: readonly Buffer[];
  responses: readonly Buffer[];
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
  // Rare: each is as much work as ten thousand others.
  if (die < 4 && random.chance(0.2)) return { how: 'bomb', data: framed(bomb, random), mustFind: [] };
  if (die < 20) return { how: 'field bomb', data: fieldBomb(random), mustFind: [] };
  if (die < 500) return { how: 'nested', data: framed(stored(nested(random)), random), mustFind: [] };
  if (die < 1_000) return { how: 'garbage', data: garbage(random, random.whole(0, 300)), mustFind: [] };
  if (die < 5_000) return withSiblings(mutate(pickOf(corpus.messages), random), corpus, random);
  const frame = pickOf(corpus.frames);
  if (die < 7_000) return { how: 'frame', data: mutate(frame, random), mustFind: [] };
  // What is inside is hurt before it is compressed: otherwise the checksum alone is tested.
  const plain = mutate(pickOf(corpus.responses), random);
  return { how: 'response', data: framed(packed(plain, random), random), mustFind: [] };
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
  return { how: 'siblings', data: framed(packed(response, random), random), mustFind };
}

function framed(payload: Buffer, random: SeededRandom): Buffer {
  return encodeGzipFrame({ ...position, seqId: 1, logId: BigInt(random.whole(1, 2 ** 31)) }, payload);
}

/** Mostly without compression, whose cost would be most of a run. */
function packed(plain: Buffer, random: SeededRandom): Buffer {
  return random.chance(0.02) ? gzipSync(plain, { level: 1 }) : stored(plain);
}

/** Gzip (RFC 1952) of stored blocks (RFC 1951, 3.2.4), each of 65,535 bytes at most. */
function stored(plain: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at === 0 || at < plain.byteLength; at += 0xffff) {
    const block = plain.subarray(at, at + 0xffff);
    const head = Buffer.alloc(5);
    head[0] = at + 0xffff < plain.byteLength ? 0 : 1;
    head.writeUInt16LE(block.byteLength, 1);
    head.writeUInt16LE(block.byteLength ^ 0xffff, 3);
    parts.push(head, block);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(plain), 0);
  tail.writeUInt32LE(plain.byteLength >>> 0, 4);
  return Buffer.concat([...parts, tail]);
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
  return random.chance(0.5) ? fields : framed(stored(fields), random);
}
