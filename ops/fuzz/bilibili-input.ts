import { brotliCompressSync, constants, deflateSync } from 'node:zlib';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import type { FuzzInput } from './mutate.ts';
import { mutate } from './mutate.ts';

const headerBytes = 16;

/** Packets in a row, plain or in a compressed one: whole super chats, and between them a packet whose body is hurt. */
export function drawPackets(random: SeededRandom): FuzzInput {
  const mustFind: string[] = [];
  const packets: Buffer[] = [];
  const count = random.whole(1, 4);
  for (let index = 0; index < count; index++) {
    packets.push(packet(mutate(superChat(`7${index}`), random), 0));
    const id = `900719925474099${random.whole(10, 99)}${index}`;
    packets.push(packet(superChat(id), 0));
    mustFind.push(`sc-${id}`);
  }
  const row = Buffer.concat(packets);
  const die = random.whole(0, 99);
  if (die < 75) return { how: 'packets', data: row, mustFind };
  if (die < 96) return { how: 'hurt packets', data: mutate(row, random), mustFind: [] };
  if (die < 98) return { how: 'zlib', data: packet(deflateSync(row, { level: 1 }), 2), mustFind };
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return { how: 'brotli', data: packet(brotliCompressSync(row, quick), 3), mustFind };
}

/** Header, big-endian: u32 length, u16 header length, u16 version, u32 operation (5: a message), u32 sequence. */
function packet(body: Buffer, version: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(headerBytes + body.byteLength, 0);
  header.writeUInt16BE(headerBytes, 4);
  header.writeUInt16BE(version, 6);
  header.writeUInt32BE(5, 8);
  header.writeUInt32BE(1, 12);
  return Buffer.concat([header, body]);
}

/** The id as a number, as the platform writes it: beyond 2^53. */
function superChat(id: string): Buffer {
  const user = '{"uname":"小明","user_level":3,"manager":0}';
  const data = `{"id":${id},"uid":9007199254740993,"price":30,"message":"醒目留言","user_info":${user}}`;
  return Buffer.from(`{"cmd":"SUPER_CHAT_MESSAGE","data":${data}}`);
}
