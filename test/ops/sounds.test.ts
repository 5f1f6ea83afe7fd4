import t from 'tap';
import { describeSound, roomsOf } from '../../ops/sounds.ts';
import type { RoomSound } from '../../ops/sounds.ts';

const sound: RoomSound = {
  room: 'demo',
  at: 1_000,
  state: 'speaking',
  output: 'speaker',
  queuedMs: 500,
  pausedUntil: 0,
  volume: 0,
  muted: false,
  failedOver: false,
  ducking: false,
};

void t.test('describeSound() says state, output, volume, and until when it is paused', async (t) => {
  const say = (given: Partial<RoomSound>) => describeSound({ ...sound, ...given }, 1_000);
  t.equal(say({}), 'sound of demo: speaking, on speaker, volume as configured');
  t.equal(
    say({ state: 'paused', pausedUntil: 6_500, output: 'file', failedOver: true, volume: 0.8 }),
    'sound of demo: paused for 6 s more, on file (not the first output), volume 0.8',
  );
  t.equal(
    say({ state: 'paused', pausedUntil: -1, muted: true }),
    'sound of demo: paused until it is resumed, on speaker, muted',
  );
});

void t.test('roomsOf() names the rooms that are played', async (t) => {
  const service = { wanted: 1, working: 1, spares: 1, condition: 'well', epoch: 1 } as const;
  const services = [
    { ...service, id: 'audio:a', role: 'audio' as const },
    { ...service, id: 'tts', role: 'tts' as const },
    { ...service, id: 'audio:b-2', role: 'audio' as const },
  ];
  t.strictSame(roomsOf({ services }), ['a', 'b-2']);
});
