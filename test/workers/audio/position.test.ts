import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PositionFile, readPosition } from '../../../workers/audio/position.ts';
import { openLogger } from '../../../workers/logger.ts';

const log = openLogger({});
log.level = 'silent';
const position = { epoch: 3, at: 1_000, utteranceId: 'u:a', nextIndex: 2, offset: 960 };

void t.test('note() keeps the latest place, and readPosition() finds it', async (t) => {
  const file = join(t.testdir(), 'run', 'demo.position');
  const positions = new PositionFile(file, log);
  t.equal(readPosition(file), undefined, 'nothing was noted yet');
  for (let n = 1; n <= 50; n++)
    positions.note({ ...position, offset: 960 * n, utteranceId: 'u'.repeat(60 - n) });
  await positions.written();
  t.match(readPosition(file), { epoch: 3, offset: 48_000, utteranceId: 'u'.repeat(10) });
  positions.note(position);
  await positions[Symbol.asyncDispose]();
  await positions[Symbol.asyncDispose]();
  t.strictSame(readPosition(file), position);
  t.equal(readFileSync(file).byteLength, 1_024, 'however often it was written');
});

void t.test('readPosition() finds nothing in what is damaged or absent', (t) => {
  const file = join(t.testdir(), 'demo.position');
  t.equal(readPosition(file), undefined);
  for (const text of ['', '{', '{"epoch":1}', 'null']) {
    writeFileSync(file, text);
    t.equal(readPosition(file), undefined, text);
  }
  t.end();
});

void t.test('note() does nothing where nothing can be written, nor for what is too long', async (t) => {
  const dir = t.testdir({ run: 'a file, not a folder' });
  const nowhere = new PositionFile(join(dir, 'run', 'demo.position'), log);
  nowhere.note(position);
  await nowhere[Symbol.asyncDispose]();
  const file = join(dir, 'demo.position');
  const positions = new PositionFile(file, log);
  positions.note(position);
  await positions.written();
  positions.note({ ...position, utteranceId: 'u'.repeat(2_000) });
  await positions[Symbol.asyncDispose]();
  t.equal(readPosition(file), undefined, 'rather none than an older one');
});
