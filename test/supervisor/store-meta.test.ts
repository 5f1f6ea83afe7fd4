import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepStreamMeta, putBackMeta, setAside, unreadableStream } from '../../supervisor/store-meta.ts';

const which = { account: 'ONAIR', stream: 'EVENTS' };

void t.test('unreadableStream() reads the name from what the server says of itself', (t) => {
  t.same(unreadableStream("JetStream stream 'ONAIR > EVENTS' could not be recovered"), which);
  t.equal(unreadableStream('failed to be ready for connections after 1ms: server'), undefined);
  t.end();
});

void t.test('putBackMeta() restores a damaged description from the last whole copy, once', (t) => {
  const home = t.testdir();
  const store = join(home, 'jetstream');
  const copies = join(home, 'copies');
  const stream = join(store, 'jetstream', 'ONAIR', 'streams', 'EVENTS');
  const write = (description: string, checksum: string) => {
    writeFileSync(join(stream, 'meta.inf'), description);
    writeFileSync(join(stream, 'meta.sum'), checksum);
  };
  keepStreamMeta(store, copies);
  t.equal(putBackMeta(store, copies, which), false, 'nothing was ever kept');
  mkdirSync(stream, { recursive: true });
  write('{"name":"EVENTS"}', '0123456789abcdef');
  keepStreamMeta(store, copies);
  t.equal(putBackMeta(store, copies, which), false, 'it is as it was kept');
  write('', '0123456789abcdef');
  keepStreamMeta(store, copies);
  t.equal(putBackMeta(store, copies, which), true, 'a damaged one is never kept');
  t.equal(readFileSync(join(stream, 'meta.inf'), 'utf8'), '{"name":"EVENTS"}');
  t.end();
});

void t.test('setAside() keeps the last damaged stream for people', (t) => {
  const home = t.testdir();
  const store = join(home, 'jetstream');
  const stream = join(store, 'jetstream', 'ONAIR', 'streams', 'EVENTS');
  for (const text of ['first', 'second']) {
    mkdirSync(stream, { recursive: true });
    writeFileSync(join(stream, 'meta.inf'), text);
    const to = setAside(store, join(home, 'damaged'), which);
    t.equal(readFileSync(join(to, 'meta.inf'), 'utf8'), text);
  }
  t.end();
});
