import t from 'tap';
import { readScript } from '../../../../../ops/sim/douyin-room/scenario/script.ts';

const options = { seed: 1, startSecond: 1_790_000_000 };

void t.test('readScript() sorts its lines and fills them in', async (t) => {
  const acts = readScript(
    [
      { atMs: 900, kind: 'chat', text: '多少钱', user: '小鹿' },
      { atMs: 100, kind: 'enter', user: { nickname: '豆豆', id: '9123456789012345678' } },
      { atMs: 500, kind: 'fault', fault: { kind: 'deaf' } },
      { atMs: 2000, kind: 'end-broadcast' },
    ],
    options,
  );
  t.match(acts, [
    { atMs: 100, do: 'say', item: { kind: 'enter', user: { nickname: '豆豆', id: '9123456789012345678' } } },
    { atMs: 500, do: 'fault', fault: { kind: 'deaf', forMs: 60_000 } },
    { atMs: 900, do: 'say', item: { kind: 'chat', text: '多少钱', user: { nickname: '小鹿' } } },
    { atMs: 2000, do: 'end-broadcast' },
  ]);
});

void t.test('readScript() turns a streak into its gifts, named for their second', async (t) => {
  const acts = readScript(
    [{ atMs: 3000, kind: 'streak', gift: '玫瑰', presses: 2, intervalMs: 100, quietMs: 50 }],
    options,
  );
  t.match(
    acts.map((act) => (act.do === 'say' ? act.item : act)),
    [1, 2, 2].map((repeatCount) => ({
      kind: 'gift',
      repeatCount,
      groupId: '1790000003',
      gift: { name: '玫瑰' },
    })),
  );
  t.same(
    acts.map(({ atMs }) => atMs),
    [3000, 3100, 3150],
  );
});

void t.test('readScript() tells which line is wrong and why', async (t) => {
  const fails = (line: object, message: RegExp): void => {
    t.throws(() => readScript([{ atMs: 0, kind: 'banner' }, line], options), { message });
  };
  fails({ atMs: 1, kind: 'chat' }, /script at \[1\]: .*text/);
  fails({ atMs: -1, kind: 'banner' }, /\[1\]: atMs/);
  fails({ atMs: 1, kind: 'dance' }, /\[1\]: .*kind/);
  fails({ atMs: 1, kind: 'like', cuont: 3 }, /\[1\]: .*cuont/);
  fails({ atMs: 1, kind: 'gift', gift: '火箭' }, /\[1\]: .*gift: .*小心心/);
  fails({ atMs: 1, kind: 'fault', fault: { kind: 'flood' } }, /\[1\]: Cannot cause this fault/);
  t.throws(() => readScript({ atMs: 1 }, options), /must be a list/);
});
