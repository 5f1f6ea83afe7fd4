import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import t from 'tap';

/** The folder tree is the architecture: who may import whom. */
const project = resolve(import.meta.dirname, '..');
const top = ['protocol', 'supervisor', 'workers', 'ops'];

interface Import {
  from: string;
  to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mts|mjs)$/.test(name))
    .map((name) => join(folder, name));
}

/** Paths within the project that a file imports; programs that are started by path count too. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(project, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import\(|import|new URL\()\s*'(\.[^']+)'/g)];
  return found.map(([, path]) => ({
    from: file,
    to: relative(project, resolve(project, dirname(file), path ?? '')),
  }));
}

const all = top.flatMap(sourceFiles).flatMap(importsOf);
const area = (path: string) => path.split('/')[0] ?? '';
/** `tts` for a file in workers/tts, empty for a shared file lying directly in workers. */
const role = (path: string) => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '');

function offenders(rule: (entry: Import) => boolean): string[] {
  return all.filter((entry) => !rule(entry)).map(({ from, to }) => `${from} imports ${to}`);
}

void t.test('the rules see the imports of every area', (t) => {
  for (const name of top)
    t.ok(
      all.some(({ from }) => area(from) === name),
      `${name} imports something`,
    );
  t.end();
});

void t.test('protocol imports only protocol', (t) => {
  t.same(
    offenders(({ from, to }) => area(from) !== 'protocol' || area(to) === 'protocol'),
    [],
  );
  t.end();
});

void t.test('protocol does no input or output', (t) => {
  const forbidden =
    /from '(node:(fs|net|http|https|child_process|dgram|tls|worker_threads)[^']*|ws|undici|@nats-io\/(?!nkeys)[^']*)'/;
  t.same(
    sourceFiles('protocol').filter((file) => forbidden.test(readFileSync(join(project, file), 'utf8'))),
    [],
  );
  t.end();
});

void t.test('supervisor imports only protocol and itself', (t) => {
  t.same(
    offenders(({ from, to }) => area(from) !== 'supervisor' || ['supervisor', 'protocol'].includes(area(to))),
    [],
  );
  t.end();
});

void t.test('a worker imports protocol, shared worker files and itself, never a sibling', (t) => {
  const allowed = ({ from, to }: Import) => {
    if (area(from) !== 'workers' || area(to) === 'protocol') return true;
    return area(to) === 'workers' && (role(to) === '' || role(to) === role(from));
  };
  t.same(offenders(allowed), []);
  t.end();
});

void t.test('nothing imports ops but ops', (t) => {
  t.same(
    offenders(({ from, to }) => area(to) !== 'ops' || area(from) === 'ops'),
    [],
  );
  t.end();
});

void t.test('no product file is longer than 300 lines', (t) => {
  const lengths = top.flatMap(sourceFiles).map((file) => {
    return { file, lines: readFileSync(join(project, file), 'utf8').trimEnd().split('\n').length };
  });
  t.same(
    lengths.filter(({ lines }) => lines > 300),
    [],
  );
  t.end();
});
