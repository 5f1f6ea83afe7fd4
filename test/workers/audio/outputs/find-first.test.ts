import t from 'tap';
import { findFirst } from '../../../../workers/audio/outputs/find-first.ts';
import type { Found } from '../../../../workers/audio/outputs/find-output.ts';

const spec = {
  name: 'x',
  command: '',
  args: [],
  reports: false,
  primeMs: 0,
  canWait: false,
  keepsTime: false,
};

void t.test('findFirst() tries in order, within its bounds, and says what happens next', async (t) => {
  const failures: string[] = [];
  const find = async (kind: string): Promise<Found> =>
    kind === 'file' ? { works: true, spec } : { works: false, reason: `no ${kind}` };
  const options = {
    outputs: ['speaker', 'player', 'file', 'null'] as const,
    find,
    onFailure: (kind: string, reason: string, then: string) => failures.push(`${kind}: ${reason}: ${then}`),
  };
  const outputs = [...options.outputs];
  t.match(await findFirst({ ...options, outputs, from: 0, to: 9 }), { index: 2 });
  t.strictSame(failures, ['speaker: no speaker: trying "player"', 'player: no player: trying "file"']);
  t.equal(await findFirst({ ...options, outputs, from: 3, to: 9 }), undefined);
  t.equal(failures.at(-1), 'null: no null: and no other is left');
  t.equal(await findFirst({ ...options, outputs, from: 0, to: 2 }), undefined);
});
