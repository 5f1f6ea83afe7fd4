import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { roles } from '../../protocol/roles.ts';
import type { CgroupOptions } from '../../supervisor/cgroup.ts';
import { cpuWeight, openCgroup, readOutOfMemoryKills } from '../../supervisor/cgroup.ts';

const group = 'system.slice/onair.service';

/** Plain files in place of the kernel's: what is written stays readable, and a group goes when it is told to. */
function fakeTree(
  t: Test,
  { controllers = 'cpuset cpu io memory pids', procs = '77\n', path = `/${group}` } = {},
) {
  const folder = t.testdir({ membership: `12:cpu:/elsewhere\n0::${path}\n` });
  const own = join(folder, 'root', group);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'cgroup.controllers'), `${controllers}\n`);
  writeFileSync(join(own, 'cgroup.procs'), procs);
  writeFileSync(join(own, 'cgroup.subtree_control'), '');
  const problems: string[] = [];
  const options: CgroupOptions = {
    root: join(folder, 'root'),
    membershipFile: join(folder, 'membership'),
    pid: 77,
    removeGroup: (path) => rmSync(path, { recursive: true }),
    onProblem: (text) => problems.push(text),
  };
  const read = (...names: string[]) => readFileSync(join(own, ...names), 'utf8');
  return { own, options, problems, read };
}

const member = { id: 'audio:shop', pid: 501, limitMb: 1_000, cpuWeight: 800 };

void t.test('openCgroup() moves the supervisor aside before it hands controllers on', (t) => {
  const { options, problems, read } = fakeTree(t);
  t.ok(openCgroup(options));
  t.equal(read('supervisor', 'cgroup.procs'), '77');
  t.equal(read('supervisor', 'cpu.weight'), '800');
  t.equal(read('cgroup.subtree_control'), '+memory +cpu +pids');
  t.same(problems, []);
  t.end();
});

void t.test('adopt() gives a child a group with its limits, and puts it there', async (t) => {
  const { options, own, problems, read } = fakeTree(t);
  const adopted = openCgroup(options)?.adopt(member);
  const name = 'audio-shop.501';
  t.equal(read(name, 'memory.max'), '1100000000', 'a tenth above what the supervisor allows');
  t.equal(read(name, 'memory.oom.group'), '1');
  t.equal(read(name, 'cpu.weight'), '800');
  t.equal(read(name, 'pids.max'), '1024');
  t.equal(read(name, 'cgroup.procs'), '501');
  t.equal(adopted?.outOfMemoryKills(), 0, 'before the kernel has counted');
  writeFileSync(join(own, name, 'memory.events'), 'low 0\nmax 12\noom 1\noom_kill 3\noom_group_kill 1\n');
  t.equal(adopted?.outOfMemoryKills(), 3);
  await adopted?.remove();
  await adopted?.remove();
  t.notOk(existsSync(join(own, name)));
  t.equal(adopted?.outOfMemoryKills(), 0, 'and after it is gone');
  t.same(problems, []);
});

void t.test('openCgroup() hands on only the controllers that it was given', (t) => {
  const { options, own, read } = fakeTree(t, { controllers: 'memory pids' });
  openCgroup(options)?.adopt(member);
  t.equal(read('cgroup.subtree_control'), '+memory +pids');
  t.notOk(existsSync(join(own, 'audio-shop.501', 'cpu.weight')));
  t.equal(read('audio-shop.501', 'memory.max'), '1100000000');
  t.end();
});

const notOurs = {
  'version 1': { path: '' },
  'a group without the memory controller': { controllers: 'cpu pids' },
  'a group that a shell shares': { procs: '12\n77\n' },
  'a group that holds somebody else': { procs: '12\n' },
  'a group that is not there': { path: '/gone' },
};
for (const [what, tree] of Object.entries(notOurs))
  void t.test(`openCgroup() leaves ${what} as it is`, (t) => {
    const { options, own, problems, read } = fakeTree(t, tree);
    t.equal(openCgroup(options), undefined);
    t.same(readdirSync(own).sort(), ['cgroup.controllers', 'cgroup.procs', 'cgroup.subtree_control']);
    t.equal(read('cgroup.subtree_control'), '');
    t.same(problems, [], 'nothing that anybody should hear of');
    t.end();
  });

void t.test('openCgroup() puts everything back when the kernel refuses half way', (t) => {
  const { options, own, problems, read } = fakeTree(t);
  // A folder in the place of the file: opening it for writing fails, as the kernel's EBUSY does.
  rmSync(join(own, 'cgroup.subtree_control'));
  mkdirSync(join(own, 'cgroup.subtree_control'));
  t.equal(openCgroup(options), undefined);
  t.notOk(existsSync(join(own, 'supervisor')));
  t.equal(read('cgroup.procs'), '77', 'back in its own group');
  t.match(problems, [/^Cannot divide the control group .*EISDIR/]);
  t.end();
});

void t.test('adopt() says a failure once, and the child runs without a group', (t) => {
  const { options, own, problems } = fakeTree(t);
  const cgroup = openCgroup(options);
  rmSync(own, { recursive: true });
  writeFileSync(own, 'not a folder any more');
  t.equal(cgroup?.adopt(member), undefined);
  t.equal(cgroup?.adopt({ ...member, pid: 502 }), undefined);
  t.equal(problems.length, 1);
  t.match(problems[0], /^Cannot give audio:shop a control group/);
  t.end();
});

void t.test('remove() waits for the last process, and ends what does not go', async (t) => {
  const { options, own, problems } = fakeTree(t);
  const file = join(own, 'audio-shop.501', 'cgroup.kill');
  const removeGroup = (folder: string) => {
    if (!existsSync(file)) throw new Error('EBUSY');
    rmSync(folder, { recursive: true });
  };
  const adopted = openCgroup({ ...options, removeGroup })?.adopt(member);
  await adopted?.remove();
  t.notOk(existsSync(file), 'removed, and only after it was told to kill');
  t.same(problems, []);
});

void t.test('readOutOfMemoryKills() finds the count among the others', (t) => {
  t.equal(readOutOfMemoryKills('low 0\nhigh 0\nmax 0\noom 2\noom_kill 1\noom_group_kill 0\n'), 1);
  t.equal(readOutOfMemoryKills(''), 0);
  t.end();
});

void t.test('cpuWeight() puts the sound before everything, within what the kernel takes', (t) => {
  for (const role of roles) {
    t.ok(cpuWeight(role) >= 1 && cpuWeight(role) <= 10_000, role);
    t.ok(cpuWeight('audio') >= cpuWeight(role), role);
  }
  t.end();
});
