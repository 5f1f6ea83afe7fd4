import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

interface Launcher {
  readonly writeLauncher: (root: string) => void;
  readonly writeLink: (root: string) => void;
  readonly hasLauncher: (root: string) => boolean;
}
interface Platform {
  readonly platformPackage: () => string;
}
const at = (name: string): string => new URL(`../../../ops/setup/${name}.mjs`, import.meta.url).href;
const { hasLauncher, writeLauncher, writeLink } = (await import(at('node-launcher'))) as Launcher;
const { platformPackage } = (await import(at('platform-package'))) as Platform;

if (process.platform !== 'win32') {
  void t.test(
    'writeLauncher() makes a node that gets its library, its arguments and no path twice',
    async (t) => {
      const root = createFolder(join(t.testdir(), 'a folder'));
      writeLink(root);
      t.notOk(hasLauncher(root));
      writeLauncher(root);
      t.ok(hasLauncher(root));

      const library = join(realpathSync(root), '.runtime', 'lib');
      const launcher = join(root, 'node_modules', '.bin', 'node');
      t.equal(start(launcher), `${library} [a b] [$HOME]`);
      t.equal(start(launcher, '/opt/lib'), `${library}:/opt/lib [a b] [$HOME]`);
      t.equal(
        start(launcher, `/opt/lib:${library}`),
        `/opt/lib:${library} [a b] [$HOME]`,
        'a child of its own',
      );
      t.equal(start('node_modules/.bin/node', '', root), `${library} [a b] [$HOME]`, 'by a relative path');

      const link = join(t.testdirName, 'node');
      symlinkSync(launcher, link);
      t.equal(start(link), `${library} [a b] [$HOME]`, 'by a link');

      const moved = join(t.testdirName, 'moved');
      renameSync(root, moved);
      t.equal(
        start(join(moved, 'node_modules', '.bin', 'node')),
        `${join(realpathSync(moved), '.runtime', 'lib')} [a b] [$HOME]`,
        'after the folder was moved',
      );
    },
  );

  void t.test('writeLink() replaces a launcher by the link that npm makes', async (t) => {
    const root = createFolder(t.testdir());
    writeLauncher(root);
    writeLink(root);
    t.ok(lstatSync(join(root, 'node_modules', '.bin', 'node')).isSymbolicLink());
    t.equal(start(join(root, 'node_modules', '.bin', 'node'), '/opt/lib'), '/opt/lib [a b] [$HOME]');
  });
}

/** A folder whose Node only says with what it was started. */
function createFolder(root: string): string {
  const bin = join(root, 'node_modules', platformPackage(), 'bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(root, 'node_modules', '.bin'));
  writeFileSync(join(bin, 'node'), '#!/bin/sh\nprintf %s "$LD_LIBRARY_PATH"; printf " [%s]" "$@"\n');
  chmodSync(join(bin, 'node'), 0o755);
  return root;
}

function start(node: string, libraries = '', cwd = '/'): string {
  const env = { PATH: process.env['PATH'], CDPATH: '/tmp', LD_LIBRARY_PATH: libraries };
  return execFileSync(node, ['a b', '$HOME'], { cwd, env, encoding: 'utf8', timeout: 60_000 });
}
