import t from 'tap';
import { readRunOptions } from '../../../ops/chaos/options.ts';

const defaults = { forMs: 60_000, seed: 5, pace: 3 };
const read = (...args: string[]) => readRunOptions(args, '/somewhere', defaults);

void t.test('readRunOptions() fills in what is not said', (t) => {
  t.same(read(), { ...defaults, rooms: 1, home: '', faults: [], json: false, help: false });
  t.end();
});

void t.test('readRunOptions() reads what is said, paths from where the person is', (t) => {
  const args = '--for 90s --seed 0 --pace 0.5 --rooms 2 --home here --faults a,b --json --help'.split(' ');
  t.same(read(...args), {
    forMs: 90_000,
    seed: 0,
    pace: 0.5,
    rooms: 2,
    home: '/somewhere/here',
    faults: ['a', 'b'],
    json: true,
    help: true,
  });
  t.end();
});

void t.test('readRunOptions() says what is wrong', (t) => {
  t.throws(() => read('--seed', '1.5'), /--seed must be a whole number from 0 to 4294967295, got "1.5"/);
  t.throws(() => read('--pace', 'fast'), /--pace must be a number from 0.1 to 100, got "fast"/);
  t.throws(() => read('--rooms', ''), /--rooms must be a whole number/);
  t.throws(() => read('--for', 'ever'), /--for must be a time/);
  t.throws(() => read('--sede', '1'), /--sede/);
  t.end();
});
