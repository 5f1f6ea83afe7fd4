import t from 'tap';
import { DiskAccess } from '../../../../workers/tts/cache/disk-access.ts';
import { DamagedEntryError } from '../../../../workers/tts/cache/entry-format.ts';
import { Told } from './sounds.ts';

function open() {
  const told = new Told();
  const clock = { now: 1_000_000 };
  const access = new DiskAccess({ folder: 'x', log: told.log, now: () => clock.now, readLimitMs: 600_000 });
  return { told, clock, access };
}

const broken = async () => await Promise.reject<number>(new Error('broken'));

void t.test(
  'DiskAccess leaves a disk alone that failed, tries it again later, and tells each once',
  async (t) => {
    const { told, clock, access } = open();
    t.equal(await access.read(broken), undefined);
    let calls = 0;
    const count = async () => (calls += 1);
    t.equal(await access.read(count), undefined);
    t.equal(calls, 0);
    clock.now += 1_000;
    t.equal(await access.read(broken), undefined);
    clock.now += 1_999;
    t.equal(await access.read(count), undefined);
    clock.now += 1;
    t.equal(await access.read(count), 1);
    t.equal(access.errors, 2);
    t.same([told.warnings.length, told.news.length], [1, 1]);
  },
);

void t.test(
  'DiskAccess still reads a disk that cannot be written, and tells of recovery when all of it works',
  async (t) => {
    const { told, clock, access } = open();
    await t.rejects(access.write(broken), { message: 'broken' });
    t.notOk(access.mayWrite);
    await t.rejects(
      access.write(async () => 1),
      { message: 'Cannot use the disk for now' },
    );
    t.equal(await access.read(async () => 1), 1);
    t.equal(await access.operate(async () => 2), 2);
    t.same(told.news, []);
    clock.now += 1_000;
    t.ok(access.mayWrite);
    t.equal(await access.write(async () => 3), 3);
    t.same([told.warnings.length, told.news.length], [1, 1]);
  },
);

void t.test('DiskAccess does not take damage for a failure of the disk', async (t) => {
  const { told, access } = open();
  const damaged = async () => await Promise.reject<number>(new DamagedEntryError('cut'));
  await t.rejects(access.read(damaged), DamagedEntryError);
  t.equal(await access.read(async () => 1), 1);
  t.equal(access.errors, 0);
  for (let each = 0; each < 50; each++) access.tellDamage(new DamagedEntryError('cut'), 'file');
  t.equal(told.warnings.length, 1);
});
