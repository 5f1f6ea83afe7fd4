import t from 'tap';
import { openBarrageGrab } from '../../../../ops/sim/barrage-grab/server.ts';
import { openBilibiliRoom } from '../../../../ops/sim/bilibili-room/server.ts';
import { readItem } from '../../../../ops/sim/douyin-room/scenario/item.ts';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { openJsonFeed } from '../../../../ops/sim/json-feeds/server.ts';
import { encode } from '../../../../protocol/codec.ts';
import type { SourceType } from '../../../../protocol/sources.ts';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { sourceDefinition } from '../../../../workers/ingest/open-source.ts';
import { RoomEvents } from '../../../../workers/ingest/room-events.ts';
import { Tally } from '../../../../workers/ingest/tally.ts';

const seed = Number(process.env['SEED'] ?? 7);
const rounds = Number(process.env['ROUNDS'] ?? 400);

const items = [
  { kind: 'chat', user: '小明', text: '多少钱' },
  { kind: 'gift', user: '小明', gift: '玫瑰', groupId: '1695185331', repeatCount: 3 },
  { kind: 'like', user: '小明', count: 3 },
  { kind: 'enter', user: '小明' },
  { kind: 'follow', user: '小明' },
  { kind: 'fansclub', user: '小明' },
  { kind: 'audience', online: 5 },
  { kind: 'ecom' },
] as const;

async function openSim(type: Exclude<SourceType, 'douyin' | 'recording'>) {
  if (type === 'barrage-grab') return await openBarrageGrab();
  if (type === 'bilibili') return await openBilibiliRoom({ compression: 'none' });
  return await openJsonFeed({ feed: type });
}

/** Cut, changed, doubled, or with a value of another type in it. */
function spoil(bytes: Buffer, random: SeededRandom): Buffer {
  const at = random.whole(0, bytes.length - 1);
  switch (random.whole(0, 4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1: {
      const changed = Buffer.from(bytes);
      changed[at] = random.whole(0, 255);
      return changed;
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes]);
    case 3:
      return Buffer.from('['.repeat(random.whole(1, 50_000)));
    default: {
      const values = ['null', '{}', '[]', '-1', '1e999', '9'.repeat(400), '"\\ud800"', 'true'];
      const value = values[random.whole(0, values.length - 1)] ?? '';
      return Buffer.from(bytes.toString('latin1').replace(/"[^"]*"(?=[,}])|\d+(?=[,}])/, value), 'latin1');
    }
  }
}

for (const type of ['barrage-grab', 'douyin-live', 'dycast', 'oba', 'generic', 'bilibili'] as const) {
  void t.test(
    `${type}: whatever arrives, nothing breaks, and what can be read can be published`,
    async (t) => {
      await using sim = await openSim(type);
      const good = items.flatMap((item) => [...sim.say(readItem(item))]).map(({ data }) => Buffer.from(data));
      const definition = await sourceDefinition(type);
      const counters: Record<string, number> = {};
      const decoder = definition.openDecoder({
        room: 'demo',
        tally: new Tally(counters),
        faults: new FaultLog({ warn: () => undefined }),
      });
      const events = new RoomEvents({
        room: 'demo',
        platform: definition.platform,
        ttls: { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 },
      });
      const random = new SeededRandom(seed);
      const read = async (data: Buffer, receivedAt: number): Promise<number> => {
        const observations = await decoder.decode({ receivedAt, form: 'binary', data });
        for (const observation of observations) {
          const event = events.admit(observation, receivedAt);
          if (event) encode('event', event);
        }
        return observations.length;
      };
      for (let round = 0; round < rounds; round++) {
        const original = good[random.whole(0, good.length - 1)] ?? Buffer.alloc(0);
        let bytes: Buffer = original;
        for (let times = random.whole(1, 3); times > 0 && bytes.length > 0; times--)
          bytes = spoil(bytes, random);
        await read(bytes, 1_700_000_000_000 + round);
      }
      let count = 0;
      for (const bytes of good) count += await read(bytes, 1_800_000_000_000);
      t.ok(count >= good.length, 'afterwards all is well');
      t.ok((counters['damagedMessages'] ?? 0) + (counters['damagedFrames'] ?? 0) > 0, `seed ${seed}`);
    },
  );
}
