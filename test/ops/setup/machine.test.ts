import t from 'tap';

interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string | null;
}
type Names = string | readonly string[];
interface Module {
  readonly readMachine: () => Machine;
  readonly isMadeFor: (entry: { os?: Names; cpu?: Names; libc?: Names }, machine: Machine) => boolean;
}
const { isMadeFor, readMachine } = (await import(
  new URL('../../../ops/setup/machine.mjs', import.meta.url).href
)) as Module;
const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' };

void t.test('isMadeFor() compares the platforms that a package names with the machine', async (t) => {
  t.notOk(isMadeFor({}, linux), 'it names none');
  t.ok(isMadeFor({ os: 'linux' }, linux));
  t.ok(isMadeFor({ os: ['darwin', 'linux'], cpu: ['x64'], libc: ['glibc'] }, linux));
  t.notOk(isMadeFor({ os: ['linux'], cpu: ['arm64'] }, linux));
  t.notOk(isMadeFor({ os: ['linux'], cpu: ['x64'], libc: ['musl'] }, linux));
  t.ok(isMadeFor({ os: ['!win32'] }, linux));
  t.notOk(isMadeFor({ os: ['!linux'] }, linux));
  t.ok(isMadeFor({ os: 'darwin', libc: ['glibc'] }, { os: 'darwin', cpu: 'arm64', libc: null }));
});

void t.test('readMachine() tells what npm compares with', async (t) => {
  t.match(readMachine(), { os: process.platform, cpu: process.arch });
  t.equal(readMachine().libc === null, process.platform !== 'linux');
});
