import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { readConfigText } from '../protocol/read-config.ts';
import { supervisorArguments } from '../supervisor/node-arguments.ts';

const project = resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(resolve(project, name), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

for (const name of ['README.md', 'README.zh-CN.md']) {
  void t.test(`${name} names only commands that exist, and a configuration that is valid`, (t) => {
    const commands = [...read(name).matchAll(/npm run ([\w-]+)/g)].map(([, command]) => command ?? '');
    t.ok(commands.length > 5);
    t.same(
      commands.filter((command) => !(command in scripts)),
      [],
    );
    const yaml = /```yaml\n([\s\S]*?)```/.exec(read(name))?.[1] ?? '';
    t.match(readConfigText(yaml, { DOUYIN_COOKIE: 'a=b' }), { ok: true });
    t.end();
  });
}

void t.test('onair.example.yaml is valid', (t) => {
  t.match(readConfigText(read('onair.example.yaml'), {}), { ok: true });
  t.end();
});

void t.test('npm run supervise starts Node as everybody else who starts a supervisor', (t) => {
  const [, ...given] = (scripts['supervise'] ?? '').split(' ');
  const wanted = supervisorArguments.map((argument) =>
    argument.replace(/^file:\/\//, '').replace(`${project}/`, ''),
  );
  t.same(
    given.map((argument) => argument.replace(/^\.\//, '')),
    wanted,
  );
  t.end();
});
