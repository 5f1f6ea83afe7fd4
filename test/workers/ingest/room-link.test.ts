import type { Test } from 'tap';
import t from 'tap';
import { startRoom } from '../../support/ingest-room.ts';
import type { Source } from '../../../workers/ingest/source.ts';

const offAir: Source = {
  platform: 'douyin',
  open: () => Promise.resolve({ kind: 'offline', reason: 'nobody is there' }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function open(t: Test, completeAfterMs?: number) {
  const room = startRoom(t, {
    source: offAir,
    ...(completeAfterMs === undefined ? {} : { completeAfterMs }),
  });
  return {
    ...room,
    lacking: () => room.link.conditions.note({ code: 'guest', text: 'taken for a guest', isOn: true }),
    told: () => room.troubles.filter(({ topic }) => topic === 'condition').map(({ level }) => level),
    close: async () => {
      room.stop.abort();
      await room.ended;
      await room.link[Symbol.asyncDispose]();
    },
  };
}

void t.test('what is missing may be missing still for whoever keeps the room next', async (t) => {
  const { lacking, told, close } = open(t);
  lacking();
  await close();
  t.same(told(), ['warning']);
});

void t.test('nothing is missing in a room that is left', async (t) => {
  const { lacking, told, link, close } = open(t);
  lacking();
  link.leave();
  await close();
  t.same(told(), ['warning', 'ok']);
});

void t.test(
  'check() takes back what an earlier process has told, once nothing was missing for long',
  async (t) => {
    const early = open(t);
    early.link.check();
    t.same(early.told(), [], 'it takes minutes to see that something is');
    await early.close();
    const late = open(t, 0);
    late.link.check();
    t.same(late.told(), ['ok']);
    late.lacking();
    late.link.check();
    t.same(late.told(), ['ok', 'warning']);
    await late.close();
  },
);
