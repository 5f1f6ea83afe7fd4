import t from 'tap';
import { showConfig } from '../../../ops/chaos/show-config.ts';
import { configSchema } from '../../../protocol/config.ts';

void t.test('showConfig() is valid, each room with a simulator and a seed of its own', (t) => {
  const { rooms, simulators, audio } = configSchema.parse(showConfig({ seed: 40, pace: 3, rooms: 2 }));
  t.same(
    rooms.map(({ id }) => id),
    ['room1', 'room2'],
  );
  t.match(simulators, [
    { id: 'room1', seed: 40, pace: 3 },
    { id: 'room2', seed: 41, pace: 3 },
  ]);
  t.same(audio.outputs, ['file']);
  t.end();
});
