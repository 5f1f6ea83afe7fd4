import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

interface Library {
  readonly libraryCommand: (output: string) => string | null;
}
interface Environment {
  readonly nodeEnvironment: (root: string, env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
}
const at = (name: string): string => new URL(`../../../ops/setup/${name}.mjs`, import.meta.url).href;
const { libraryCommand } = (await import(at('node-library'))) as Library;
const { nodeEnvironment } = (await import(at('node-environment'))) as Environment;

const lacks = (library: string): string =>
  `node: error while loading shared libraries: ${library}: cannot open shared object file: No such file or directory\n`;

void t.test('libraryCommand() names the package of the library that a program lacks', async (t) => {
  t.match(libraryCommand(lacks('libatomic.so.1')), /libatomic|gcc-libs/);
  t.equal(libraryCommand(lacks('libstdc++.so.6')), 'install the package that contains libstdc++.so.6');
  t.equal(libraryCommand("node: /lib/libc.so.6: version `GLIBC_2.28' not found\n"), null);
  t.equal(libraryCommand(''), null);
});

void t.test('nodeEnvironment() puts our library first, once, and only where we have it', async (t) => {
  const root = t.testdir({ '.runtime': { lib: { 'libatomic.so.1': '' } } });
  const own = join(root, '.runtime', 'lib');
  t.same(nodeEnvironment(root, { A: '1' }), { A: '1', LD_LIBRARY_PATH: own });
  t.same(nodeEnvironment(root, { LD_LIBRARY_PATH: `/opt/lib:${own}` }), {
    LD_LIBRARY_PATH: `${own}:/opt/lib`,
  });
  rmSync(own, { recursive: true });
  t.same(nodeEnvironment(root, { LD_LIBRARY_PATH: '/opt/lib' }), { LD_LIBRARY_PATH: '/opt/lib' });
});
