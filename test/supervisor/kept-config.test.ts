import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { addedRoomFile, addedRoomsFolder } from '../../supervisor/added-rooms-folder.ts';
import { readKeptConfig } from '../../supervisor/kept-config.ts';
import { loadConfigApart } from '../../supervisor/load-config-apart.ts';
import { loadConfig } from '../../supervisor/load-config.ts';

const room = 'rooms: [{id: a, source: {type: douyin, webRid: "7"}}]\n';
const text = `${room}reply: {shop: {csv: products.csv}}\n`;
const products = '名称,价格\n鲜花饼,39.9\n';
const child = join(import.meta.dirname, '../../supervisor/load-config-child.ts');

/** A configuration that was read once, as by a supervisor before. */
function readOnce(t: Test, files: { config: string } = { config: text }) {
  const folder = t.testdir({ 'onair.yaml': files.config, 'products.csv': products, home: { run: {} } });
  const file = join(folder, 'onair.yaml');
  const home = join(folder, 'home');
  const read = (environment: Record<string, string> = {}) =>
    spawnSync(process.execPath, [child, file, home], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
      timeout: 60_000,
    });
  t.match(read(), { status: 0, stderr: '' });
  return { folder, file, home, read, kept: join(home, 'run', 'configuration') };
}

void t.test('what was read once is the same without being read again', async (t) => {
  const { file, home, kept } = readOnce(t);
  const loaded = await loadConfig(file, {}, home);
  t.ok(loaded.ok);
  t.strictSame(loaded.ok && readKeptConfig(file, home), loaded.ok && loaded.config);
  t.equal(statSync(kept).mode & 0o077, 0, 'for nobody else');
  // Whoever cannot be started is not needed.
  t.strictSame(await loadConfigApart(file, { NODE_OPTIONS: '--no-such-option' }, home), loaded);
});

void t.test('whatever changes, it is read again', (t) => {
  for (const [what, change] of [
    ['the file', ({ file }) => writeFileSync(file, text.replace('"7"', '"8"'))],
    [
      'the file is gone',
      ({ file, folder }) => writeFileSync(file, readFileSync(join(folder, 'products.csv'))),
    ],
    ['a file that it names', ({ folder }) => writeFileSync(join(folder, 'products.csv'), '名称\n')],
    ['when that was touched', ({ folder }) => utimesSync(join(folder, 'products.csv'), 1, 1)],
    ['who may read that', ({ folder }) => chmodSync(join(folder, 'products.csv'), 0o600)],
    [
      'a room was added',
      ({ home }) => {
        mkdirSync(addedRoomsFolder(home));
        writeFileSync(addedRoomFile(home, 'b'), 'id: b\nsource: {type: douyin, webRid: "9"}\n');
      },
    ],
    ['what was kept is cut short', ({ kept }) => writeFileSync(kept, readFileSync(kept).subarray(0, 200))],
    ['what was kept is something else', ({ kept }) => writeFileSync(kept, 'configuration')],
  ] as [string, (read: ReturnType<typeof readOnce>) => void][]) {
    const once = readOnce(t);
    t.ok(readKeptConfig(once.file, once.home), 'kept');
    change(once);
    t.equal(readKeptConfig(once.file, once.home), undefined, what);
  }
  t.end();
});

void t.test('what comes from the environment, or rests on a program, is on no disk', (t) => {
  const secret = readOnce(t, { config: `${room}tts: {voice: "\${env:HOME}"}\n` });
  t.notOk(existsSync(secret.kept));
  const written = readOnce(t, { config: `${room}tts: {voice: "\\u0024{env:HOME}"}\n` });
  t.notOk(existsSync(written.kept), 'however it is written');
  const signed = readOnce(t, {
    config: 'rooms: [{id: a, source: {type: douyin, webRid: "7", signer: {type: command, command: [sh]}}}]\n',
  });
  t.notOk(existsSync(signed.kept));
  const wrong = readOnce(t, { config: 'rooms: 7\n' });
  t.notOk(existsSync(wrong.kept), 'nor what is wrong');
  t.end();
});

void t.test('what is no longer to be kept is forgotten', (t) => {
  for (const config of [`${room}tts: {voice: "\${env:HOME}"}\n`, 'rooms: 7\n']) {
    const { file, kept, read } = readOnce(t);
    writeFileSync(`${kept}.123`, 'what somebody did not finish');
    writeFileSync(file, config);
    t.match(read(), { status: 0 });
    t.notOk(existsSync(kept));
    t.notOk(existsSync(`${kept}.123`));
  }
  t.end();
});

void t.test('who has no home leaves the folder alone in which it was started', (t) => {
  const folder = t.testdir({ 'onair.yaml': room, run: { configuration: 'of somebody else' } });
  const args = [child, join(folder, 'onair.yaml'), ''];
  t.match(spawnSync(process.execPath, args, { cwd: folder, timeout: 60_000 }), { status: 0 });
  t.equal(readFileSync(join(folder, 'run', 'configuration'), 'utf8'), 'of somebody else');
  t.end();
});

void t.test('a configuration may come through a pipe', (t) => {
  const folder = t.testdir({ home: { run: {} } });
  const fifo = join(folder, 'fifo');
  t.equal(spawnSync('mkfifo', [fifo]).status, 0);
  const home = join(folder, 'home');
  const script = `cat > ${fifo} <<'E' &\n${room}E\nexec ${process.execPath} ${child} ${fifo} ${home}`;
  t.match(spawnSync('sh', ['-c', script], { encoding: 'utf8', timeout: 60_000 }), { status: 0, stderr: '' });
  t.notOk(existsSync(join(home, 'run', 'configuration')));
  t.end();
});

void t.test('another file with the same words is another configuration', (t) => {
  const { folder, home } = readOnce(t);
  const other = join(folder, 'other.yaml');
  writeFileSync(other, text);
  t.equal(readKeptConfig(other, home), undefined);
  t.end();
});
