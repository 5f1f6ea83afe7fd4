import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:process';
import t from 'tap';
import { readListeners, readServerMemoryMb } from '../../../workers/tts/server-memory.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2698 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 00000000:2698 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0
   2: 0100007F:2698 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
   3: 0500000A:2698 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1 0 100 0 0 10 0
   4: 0100007F:2699 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15 1 0 100 0 0 10 0
   5: 00000000000000000000000001000000:2698 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 16 1
   6: 0000000000000000FFFF00000100007F:2698 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1
`;

void t.test('readListeners() finds who listens at a port of this machine', (t) => {
  t.same(readListeners(table, 9_880), ['11', '12', '16', '17']);
  t.same(readListeners('', 9_880), []);
  t.end();
});

const program = `
  const held = Buffer.alloc(100_000_000, 1);
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port, held.length));
`;

void t.test(
  'readServerMemoryMb() tells how large a server is that runs here',
  { skip: platform === 'linux' ? false : 'there is no /proc' },
  async (t) => {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number.parseInt(line.toString(), 10);
    for (const host of ['127.0.0.1', 'localhost']) {
      const memoryMb = await readServerMemoryMb(`http://${host}:${port}/v1`);
      t.ok(memoryMb > 100 && memoryMb < 1_000, `${memoryMb} MB`);
    }
    t.equal(await readServerMemoryMb(`http://192.0.2.1:${port}`), 0, 'on another machine');
    child.kill('SIGKILL');
    await once(child, 'exit');
    t.equal(await readServerMemoryMb(`http://127.0.0.1:${port}`), 0, 'it has ended');
    t.equal(await readServerMemoryMb('no address'), 0);
  },
);
