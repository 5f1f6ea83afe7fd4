import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { Test } from 'tap';

const project = resolve(import.meta.dirname, '../../..');
const { packed, unpacked } = (await import(
  new URL('../../../ops/setup/packed.mjs', import.meta.url).href
)) as Record<'packed' | 'unpacked', string[]>;

/** What our own files import from packages, types aside. */
function importedPackages(): string[] {
  const files = ['protocol', 'supervisor', 'workers', 'ops/sim'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?ts$/.test(name))
      .map((name) => join(project, folder, name)),
  );
  const found = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll(/^(import|export) type [^;]+;/gm, '');
    for (const [, name = ''] of text.matchAll(/(?:from |import\(|^import )'([^'.][^']*)'/gm))
      if (!name.startsWith('node:')) found.add(name);
  }
  return [...found].sort();
}

/** Another project with the same packages. */
function createProject(t: Test): string {
  const root = join(t.testdir(), 'onair');
  mkdirSync(join(root, 'ops'), { recursive: true });
  mkdirSync(join(root, 'supervisor'));
  cpSync(join(project, 'ops', 'setup'), join(root, 'ops', 'setup'), { recursive: true });
  cpSync(join(project, 'supervisor', 'packed-packages.mjs'), join(root, 'supervisor', 'packed-packages.mjs'));
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  return root;
}

function run(root: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 });
}

void t.test('every package that a worker imports is packed, or known to be left where it is', (t) => {
  const imported = importedPackages();
  t.ok(imported.length > 20);
  t.same(
    imported.filter((name) => !packed.includes(name) && !unpacked.includes(name)),
    [],
  );
  t.same(
    [...packed, ...unpacked].filter((name) => !imported.includes(name)),
    [],
    'and nothing else is in the lists',
  );
  t.end();
});

void t.test('what is packed exports what the package does', (t) => {
  const root = createProject(t);
  const made = run(root, 'ops/setup/pack-packages.mjs');
  t.match(made, { status: 0, stdout: '', stderr: '' });
  const path = join(root, '.runtime', 'cache', 'packages');
  t.notOk(existsSync(join(path, 'draft')));
  const folder = pathToFileURL(path).href;
  const program = `
    const kinds = (all) => Object.keys(all).sort().filter((name) => name !== 'module.exports').map((name) => name + ' ' + typeof all[name]);
    const index = JSON.parse((await import('node:fs')).readFileSync(new URL('index.json', '${folder}/')));
    for (const [specifier, [file]] of Object.entries(index.modules)) {
      const [own, theirs] = [await import('${folder}/' + file), await import(specifier)].map(kinds);
      console.log(JSON.stringify({ specifier, names: own.length, same: own.join() === theirs.join() }));
    }`;
  const { stdout, stderr } = run(root, '--input-type=module', '--eval', program);
  t.equal(stderr, '');
  const seen = stdout.trim().split('\n');
  t.equal(seen.length, packed.length);
  for (const line of seen) t.match(line, /"names":[1-9]\d*,"same":true/);

  const used = `
    const { headers } = await import('@nats-io/transport-node');
    const { z } = await import('zod');
    z.object({ name: z.string() }).parse({ name: String(headers()) });
    console.log(import.meta.resolve('zod'));`;
  const hook = ['--import', './supervisor/packed-packages.mjs'];
  t.match(run(root, ...hook, '--input-type=module', '--eval', used), {
    status: 0,
    stderr: '',
    stdout: new RegExp(`^${RegExp.escape(folder)}/zod-\\w+\\.mjs\n$`),
  });
  t.end();
});

void t.test('a pack that is made anew leaves those alone who began with the one before', (t) => {
  const root = createProject(t);
  const folder = join(root, '.runtime', 'cache', 'packages');
  const make = () => t.match(run(root, 'ops/setup/pack-packages.mjs'), { status: 0, stderr: '' });
  const read = () =>
    JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { checks: Record<string, number> };
  const add = (file: string) => {
    const { checks, ...index } = read();
    writeFileSync(join(folder, file), '');
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...index, checks: { ...checks, [file]: 0 } }));
  };
  make();
  const first = read();
  add('shared-FORMER.mjs');
  const [damaged = ''] = Object.keys(first.checks);
  writeFileSync(join(folder, damaged), 'damaged');
  make();
  t.same(read(), first, 'it is the same');
  t.not(readFileSync(join(folder, damaged), 'utf8'), 'damaged');
  t.ok(existsSync(join(folder, 'shared-FORMER.mjs')), 'what the one before had is there');
  make();
  t.notOk(existsSync(join(folder, 'shared-FORMER.mjs')), 'and goes with the next');
  t.same(readdirSync(folder).sort(), [...Object.keys(first.checks), 'index.json'].sort());
  t.end();
});

void t.test('a pack that cannot be made is told, and leaves the one that is there', (t) => {
  const root = createProject(t);
  t.equal(run(root, 'ops/setup/pack-packages.mjs').status, 0);
  const folder = join(root, '.runtime', 'cache', 'packages');
  const before = readdirSync(folder);
  writeFileSync(join(root, 'ops', 'setup', 'packed.mjs'), "export const packed = ['no-such-package'];");
  const failed = run(root, 'ops/setup/pack-packages.mjs');
  t.equal(failed.status, 1);
  t.match(failed.stderr, 'no-such-package');
  t.same(readdirSync(folder), before);
  t.end();
});
