import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { readConfigText } from '../../protocol/read-config.ts';
import { checkReferences, resolveFiles } from '../../supervisor/check-references.ts';

function configOf(source: string, bus = '') {
  const result = readConfigText(
    `rooms:\n  - id: a\n    source: { type: douyin, webRid: "1", ${source} }\n${bus}`,
    {},
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

void t.test('checkReferences() finds every file and program that cannot be had', (t) => {
  const folder = t.testdir();
  const config = configOf(
    'cookieFile: none.txt, signer: { type: command, command: [no-such-program-here, x] }',
    'bus: { credentialsFile: "." }',
  );
  const problems = checkReferences(resolveFiles(config, folder));
  t.same(
    problems.map(({ path }) => path),
    ['bus.credentialsFile', 'rooms[0].source.cookieFile', 'rooms[0].source.signer.command[0]'],
  );
  t.match(problems[1]?.message, /none\.txt/);
  t.end();
});

void t.test('checkReferences() is content with what is there, beside the configuration or on PATH', (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'cookie.txt'), 'a=b');
  const config = configOf(
    `cookieFile: cookie.txt, signer: { type: command, command: ["${process.execPath}", x] }`,
  );
  const resolved = resolveFiles(config, folder);
  t.same(checkReferences(resolved), []);
  t.match(resolved.rooms[0]?.source, { cookieFile: join(folder, 'cookie.txt') });
  t.same(checkReferences(configOf('signer: { type: command, command: [sh] }')), []);
  t.end();
});
