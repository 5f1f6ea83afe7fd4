import t from 'tap';
import type { HostSource } from '../../supervisor/host-sampler.ts';
import { HostWatch } from '../../supervisor/host-watch.ts';
import { keptLog, silent } from './some-children.ts';

void t.test(
  'look() tells of the host when a level is entered and when it is left, not in between',
  async (t) => {
    let free = 5e9;
    let memory = 0.5;
    const source: HostSource = {
      cpuTimes: () => ({ busy: 0, total: 0 }),
      memory: () => ({ freeBytes: memory * 100, totalBytes: 100 }),
      diskFreeBytes: async () => await Promise.resolve(free),
    };
    const heard: string[] = [];
    const watch = new HostWatch({
      home: t.testdir(),
      log: silent,
      onSignal: (kind) => heard.push(kind),
      source,
    });
    let now = 0;
    const look = async (times: number) => {
      for (let time = 0; time < times; time++) await watch.look((now += 5_000));
    };
    await look(3);
    t.same(heard, []);
    free = 5e8;
    await look(3);
    t.same(heard.splice(0), ['disk-low']);
    free = 1e7;
    await look(3);
    t.same(heard.splice(0), ['disk-full']);
    await look(115);
    t.same(heard.splice(0), []);
    await look(10);
    t.same(heard.splice(0), ['disk-full'], 'again after ten minutes');
    free = 5e9;
    await look(8);
    t.same(heard.splice(0), ['disk-ok'], 'once none of the last samples was low');
    memory = 0.01;
    await look(5);
    t.same(heard.splice(0), ['memory-soft']);
    memory = 0.9;
    await look(8);
    t.same(heard, ['memory-ok']);
  },
);

void t.test('look() gives percentages of this machine, and 0 for what is not known', async (t) => {
  const { log, messages } = keptLog('warn');
  const onSignal = () => undefined;
  const real = new HostWatch({ home: t.testdir(), log, onSignal });
  const first = await real.look(0);
  t.equal(first.cpuPct, 0, 'not known before the second look');
  t.ok(first.memoryPct > 0 && first.memoryPct <= 100);
  t.same(messages, []);
  const nothing = () => {
    throw new Error('no');
  };
  const source: HostSource = { cpuTimes: nothing, memory: nothing, diskFreeBytes: nothing };
  const blind = new HostWatch({ home: t.testdir(), log, onSignal, source });
  t.same(await blind.look(0), { cpuPct: 0, memoryPct: 0 });
  t.same(messages, Array.from({ length: 3 }).fill('not known of this machine'));
});
