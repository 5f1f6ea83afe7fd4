import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import t from 'tap';
import type { Test } from 'tap';

const source = resolve(import.meta.dirname, '../../supervisor/packed-packages.mjs');
const packText = "export { from } from './shared.mjs';\n";
const sharedText = "export const from = 'the pack';\n";
const installed = '{"packages":{"node_modules/some":{"version":"1.0.0"}}}';

interface Project {
  root: string;
  pack: string;
  /** What `some` says where our own file imports it, and where another package does. */
  start(): { status: number | null; stdout: string; stderr: string };
}

function createProject(t: Test): Project {
  const root = t.testdir({
    'main.mjs':
      "import { from } from 'some';\nimport { from as other } from 'other';\nconsole.log(`${from}, ${other}`);\n",
    supervisor: {},
    node_modules: {
      '.package-lock.json': installed,
      some: {
        'package.json': '{"name":"some","type":"module","exports":"./index.js"}',
        'index.js': "export const from = 'node_modules';\n",
      },
      other: {
        'package.json': '{"name":"other","type":"module","exports":"./index.js"}',
        'index.js': "export { from } from 'some';\n",
      },
    },
    '.runtime': {
      cache: {
        packages: {
          'some.mjs': packText,
          'shared.mjs': sharedText,
          'index.json': JSON.stringify({
            installed: crc32(installed),
            modules: { some: ['some.mjs', 'shared.mjs'] },
            checks: { 'some.mjs': crc32(packText), 'shared.mjs': crc32(sharedText) },
          }),
        },
      },
    },
  });
  cpSync(source, join(root, 'supervisor', 'packed-packages.mjs'));
  return {
    root,
    pack: join(root, '.runtime', 'cache', 'packages'),
    start: () =>
      spawnSync(process.execPath, ['--import', './supervisor/packed-packages.mjs', 'main.mjs'], {
        cwd: root,
        encoding: 'utf8',
        timeout: 60_000,
      }),
  };
}

void t.test('our own files get what is packed, packages get each other', (t) => {
  t.match(createProject(t).start(), { status: 0, stdout: 'the pack, node_modules\n', stderr: '' });
  t.end();
});

void t.test('a pack of other packages, a damaged one and none are passed over without a word', (t) => {
  const passedOver = { status: 0, stdout: 'node_modules, node_modules\n', stderr: '' };
  for (const [what, harm] of [
    [
      'packages were installed since',
      ({ root }) => writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{"packages":{}}'),
    ],
    ['a file was cut short', ({ pack }) => writeFileSync(join(pack, 'some.mjs'), packText.slice(0, 10))],
    [
      'a file is as long as it was, and empty',
      ({ pack }) => writeFileSync(join(pack, 'some.mjs'), Buffer.alloc(packText.length)),
    ],
    ['a file is gone', ({ pack }) => rmSync(join(pack, 'some.mjs'))],
    ['a file that it needs is gone', ({ pack }) => rmSync(join(pack, 'shared.mjs'))],
    ['the index was cut short', ({ pack }) => writeFileSync(join(pack, 'index.json'), '{"modules":{')],
    ['the index is something else', ({ pack }) => writeFileSync(join(pack, 'index.json'), '[]')],
    ['there is none', ({ pack }) => rmSync(pack, { recursive: true })],
    ['the index is of another kind', ({ pack }) => writeFileSync(join(pack, 'index.json'), '{"modules":{}}')],
    ['there is no list of packages', ({ root }) => rmSync(join(root, 'node_modules', '.package-lock.json'))],
  ] as [string, (project: Project) => void][]) {
    const project = createProject(t);
    harm(project);
    t.match(project.start(), passedOver, what);
  }
  t.end();
});

void t.test('what is needed only later comes from node_modules when the pack was cleared meanwhile', (t) => {
  const project = createProject(t);
  writeFileSync(
    join(project.root, 'main.mjs'),
    `import { rmSync } from 'node:fs';
    rmSync('.runtime', { recursive: true });
    console.log((await import('some')).from);`,
  );
  t.match(project.start(), { status: 0, stdout: 'node_modules\n', stderr: '' });
  t.end();
});

void t.test('packages that lie elsewhere, under another name, get what they have themselves', (t) => {
  const project = createProject(t);
  const elsewhere = mkdtempSync(join(tmpdir(), 'onair-store-'));
  t.teardown(() => rmSync(elsewhere, { recursive: true }));
  cpSync(join(project.root, 'node_modules'), elsewhere, { recursive: true });
  cpSync(join(elsewhere, 'some'), join(elsewhere, 'other', 'node_modules', 'some'), { recursive: true });
  rmSync(join(project.root, 'node_modules'), { recursive: true });
  symlinkSync(elsewhere, join(project.root, 'node_modules'));
  t.match(project.start(), { status: 0, stdout: 'the pack, node_modules\n', stderr: '' });
  t.end();
});
