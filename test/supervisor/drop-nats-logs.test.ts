import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dropNatsLogs } from '../../supervisor/drop-nats-logs.ts';
import { keptLog } from './some-children.ts';

void t.test('dropNatsLogs() removes what was set aside, and nothing else', (t) => {
  const folder = t.testdir({
    'nats-server.log': '',
    'nats-server.log.2026.11.28': '',
    'nats-server.err': '',
    'nats-server.err.1': '',
    'tts.ndjson.1': '',
  });
  const { log, messages } = keptLog('warn');
  dropNatsLogs(folder, log);
  t.same(readdirSync(folder).sort(), ['nats-server.err', 'nats-server.log', 'tts.ndjson.1']);
  t.same(messages, []);
  t.end();
});

void t.test('dropNatsLogs() only says what cannot be removed, and that there is no folder', (t) => {
  const { log, messages } = keptLog('warn');
  // A folder stands for a file on a disk that has turned read-only.
  const folder = t.testdir({ 'nats-server.log.1': {} });
  dropNatsLogs(folder, log);
  dropNatsLogs(join(folder, 'none'), log);
  t.equal(messages.length, 2);
  t.end();
});
