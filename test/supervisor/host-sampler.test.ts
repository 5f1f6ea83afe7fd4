import t from 'tap';
import type { HostSource } from '../../supervisor/host-sampler.ts';
import { HostSampler } from '../../supervisor/host-sampler.ts';

function fakeHost(change: Partial<HostSource> = {}): HostSource {
  return {
    cpuTimes: () => ({ busy: 0, total: 0 }),
    memory: () => ({ freeBytes: 25, totalBytes: 100 }),
    diskFreeBytes: async () => 3e9,
    ...change,
  };
}

function open(source: HostSource | undefined, diskTimeoutMs = 10_000) {
  const problems: string[] = [];
  const onProblem = (what: string, error: unknown) => problems.push(`${what}: ${String(error)}`);
  const options = { home: import.meta.dirname, onProblem, diskTimeoutMs };
  return { sampler: new HostSampler(source ? { ...options, source } : options), problems };
}

void t.test('sample() makes percent of all cores from two samples', async (t) => {
  const times = [
    { busy: 1_000, total: 10_000 },
    { busy: 1_500, total: 12_000 },
    { busy: 1_500, total: 12_000 },
    { busy: 3_500, total: 14_000 },
  ];
  const { sampler, problems } = open(fakeHost({ cpuTimes: () => times.shift() ?? { busy: 0, total: 0 } }));
  t.same(await sampler.sample(7), { at: 7, cpuPct: undefined, memoryPct: 75, diskFreeMb: 3_000 });
  t.equal((await sampler.sample(8)).cpuPct, 25);
  t.equal((await sampler.sample(9)).cpuPct, undefined, 'no time has passed');
  t.equal((await sampler.sample(10)).cpuPct, 100);
  t.same(problems, []);
});

void t.test('sample() leaves out what cannot be read, and says so once', async (t) => {
  let broken = true;
  const diskFreeBytes = async () => {
    if (broken) throw new Error('no such disk');
    return 1e6;
  };
  const { sampler, problems } = open(fakeHost({ diskFreeBytes }));
  for (let at = 0; at < 3; at++) t.match(await sampler.sample(at), { memoryPct: 75, diskFreeMb: undefined });
  t.same(problems, ['free disk: Error: no such disk']);
  broken = false;
  t.equal((await sampler.sample(4)).diskFreeMb, 1);
  broken = true;
  await sampler.sample(5);
  t.equal(problems.length, 2, 'told again after it had worked');
});

void t.test('sample() does not wait for a disk that does not answer, nor asks it twice', async (t) => {
  let asked = 0;
  const answer = Promise.withResolvers<number>();
  const diskFreeBytes = async () => {
    asked += 1;
    return await answer.promise;
  };
  const { sampler, problems } = open(fakeHost({ diskFreeBytes }), 1);
  // The timer does not keep the process alive; here nothing else does.
  const awake = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(awake));
  for (let at = 0; at < 3; at++) t.equal((await sampler.sample(at)).diskFreeMb, undefined);
  t.equal(asked, 1);
  t.same(problems, ['free disk: Error: no answer within 1 ms']);
  answer.resolve(5e6);
  await answer.promise;
  const { sampler: patient } = open(fakeHost({ diskFreeBytes }));
  t.equal((await patient.sample(4)).diskFreeMb, 5);
});

void t.test('sample() reads this host', async (t) => {
  const { sampler, problems } = open(undefined);
  await sampler.sample(0);
  const before = process.cpuUsage();
  const rounds = 200;
  let last = await sampler.sample(1);
  for (let at = 2; at < rounds; at++) last = await sampler.sample(at);
  const { user, system } = process.cpuUsage(before);
  t.comment(`${Math.round((user + system) / rounds)} µs of CPU for each sample`);
  t.ok((last.memoryPct ?? -1) > 0 && (last.memoryPct ?? 101) < 100);
  t.ok((last.diskFreeMb ?? -1) >= 0);
  t.same(problems, []);
});
