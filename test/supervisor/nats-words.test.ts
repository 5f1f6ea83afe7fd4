import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lastWords, logLength } from '../../supervisor/nats-words.ts';

void t.test('lastWords() finds why a server ended, and nothing from before', (t) => {
  const folder = t.testdir();
  const file = join(folder, 'nats-server.log');
  t.equal(lastWords([{ file, from: logLength(file) }]), '');
  writeFileSync(file, "[9] 2026/11/23 00:58:01.046995 [FTL] Can't start JetStream: an old one\n");
  const from = logLength(file);
  t.equal(lastWords([{ file, from }]), '');
  appendFileSync(file, '[9] 2026/11/23 00:58:01.046995 [ERR] a smaller one\n');
  t.equal(lastWords([{ file, from }]), 'a smaller one');
  appendFileSync(file, "[9] 2026/11/23 00:58:01.046995 [FTL] Can't start JetStream: a new one\n[INF] bye\n");
  t.equal(lastWords([{ file, from }]), "Can't start JetStream: a new one");
  writeFileSync(file, 'panic: begun anew\n');
  t.equal(lastWords([{ file, from }]), 'panic: begun anew');
  t.end();
});
