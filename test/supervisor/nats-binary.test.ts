import t from 'tap';
import { isNewEnough } from '../../supervisor/nats-binary.ts';

void t.test('isNewEnough() refuses servers that lose streams when they are killed', (t) => {
  const versions = {
    '2.9.10': false,
    '2.10.22': false,
    '2.10.23': true,
    '2.10.27': true,
    '2.11.0': true,
    '3.0.0': true,
    '1.99.99': false,
  };
  for (const [version, verdict] of Object.entries(versions)) t.equal(isNewEnough(version), verdict, version);
  t.end();
});
