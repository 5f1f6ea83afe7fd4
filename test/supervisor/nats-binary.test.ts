import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findNatsServer, isNewEnough } from '../../supervisor/nats-binary.ts';

void t.test('isNewEnough() refuses servers that lose streams when they are killed', (t) => {
  const versions = {
    '2.9.10': false,
    '2.10.22': false,
    '2.10.23': true,
    '2.10.27': true,
    '2.11.0': true,
    '3.0.0': true,
    '1.99.99': false,
  };
  for (const [version, verdict] of Object.entries(versions)) t.equal(isNewEnough(version), verdict, version);
  t.end();
});

void t.test('findNatsServer() asks the one that set-up found only when it was touched since', async (t) => {
  const given = process.env['NATS_SERVER_BIN'];
  delete process.env['NATS_SERVER_BIN'];
  t.teardown(() => {
    if (given !== undefined) process.env['NATS_SERVER_BIN'] = given;
  });
  const project = t.testdir({ '.runtime': {} });
  const path = join(project, 'nats-server');
  writeFileSync(path, `#!/bin/sh\necho asked >> ${join(project, 'asked')}\necho "nats-server: v2.11.1"\n`);
  chmodSync(path, 0o755);
  const remember = (mtimeMs: number) =>
    writeFileSync(
      join(project, '.runtime', 'setup.json'),
      JSON.stringify({ natsServer: { path, version: '2.10.27', mtimeMs } }),
    );
  remember(statSync(path).mtimeMs);
  t.same(await findNatsServer(project), { path, version: '2.10.27' });
  t.throws(() => readFileSync(join(project, 'asked')), 'it was not started');
  remember(1);
  t.same(await findNatsServer(project), { path, version: '2.11.1' });
  t.equal(readFileSync(join(project, 'asked'), 'utf8'), 'asked\n');
});
