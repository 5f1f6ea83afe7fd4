import t from 'tap';
import { readSimulationOptions } from '../../../ops/simulation/options.ts';

void t.test('readSimulationOptions() reads how many runs, and which', (t) => {
  t.match(readSimulationOptions([]), { seeds: 10_000, seed: undefined, verbose: false, json: false });
  t.match(readSimulationOptions(['--seeds', '20', '--seed', '7', '--json']), {
    seeds: 20,
    seed: 7,
    json: true,
  });
  for (const wrong of ['0', '1.5', 'many', '']) {
    t.throws(() => readSimulationOptions(['--seed', wrong]), /--seed must be a whole number from 1/);
  }
  t.throws(() => readSimulationOptions(['--speed', '3']), /--speed/);
  t.end();
});
