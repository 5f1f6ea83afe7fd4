import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { openConsoleBus } from '../../ops/operator.ts';
import { activeOf, untilWell } from './places.ts';
import { Show, silentRoom } from '../support/show.ts';

const project = resolve(import.meta.dirname, '../..');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(name: string, args: string[]): Promise<Ended> {
  try {
    const options = { timeout: 60_000 };
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(project, `ops/${name}.ts`), ...args],
      options,
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

void t.test('npm run sound tells the sound of a running show what to do', async (t) => {
  await using show = await Show.start(t, silentRoom);
  const home = ['--home', show.home];
  const sound = async (...args: string[]) => await run('sound', [...args, ...home]);
  await untilWell(show);

  t.match(await sound('pause'), { code: 0, stdout: 'demo: paused until it is resumed\n' });
  t.match(await sound('volume', '0.5'), { code: 0, stdout: 'demo: volume 0.5\n' });
  t.match(await sound('status'), {
    code: 0,
    stdout: /^demo: paused until it is resumed, on file, volume 0\.5\n$/,
  });
  await show.until('the pause to be kept', async () => {
    const { stdout } = await run('status', home);
    return stdout.includes('sound of demo: paused until it is resumed, on file, volume 0.5');
  });

  // It outlives the process that was told.
  const active = activeOf(show, 'audio:demo');
  process.kill(active.pid, 'SIGKILL');
  await show.until('the spare to play', () => {
    const { children } = show.state;
    return children.some(
      ({ service, lease, pid }) => service === 'audio:demo' && lease !== '' && pid !== active.pid,
    );
  });
  const json = JSON.parse((await sound('status', '--json')).stdout) as { sound: unknown };
  t.match(json, {
    room: 'demo',
    done: true,
    text: /^paused/,
    sound: { state: 'paused', pausedUntil: -1, volume: 0.5 },
  });
  t.match(await sound('resume', '--room', 'demo'), { code: 0, stdout: 'demo: resumed\n' });
  t.match(await sound('pause', '--for', '5m'), { code: 0, stdout: 'demo: paused for 300 s\n' });
  t.match(await sound('resume'), { stdout: 'demo: resumed\n' });

  t.match(await sound('--help'), { code: 0, stdout: /npm run sound -- pause \[--for 5m\]/ });
  t.match(await sound('volume', '7'), { code: 1, stderr: /between 0 and 2, not "7"/ });
  t.match(await sound('dance'), { code: 1, stderr: /Say one of pause/ });
  t.match(await sound('status', '--room', 'nowhere'), {
    code: 1,
    stderr: /No room "nowhere".*there is demo/,
  });
  t.equal(await show.stop(), 0);
  t.match(await sound('status'), { code: 1, stderr: /No supervisor runs in/ });
});

void t.test('npm run sound says within its deadline that nobody plays', async (t) => {
  await using show = await Show.start(t, silentRoom, ['--only', 'ingest,reply,tts,sim']);
  t.match(await run('sound', ['status', '--home', show.home]), { code: 1, stderr: /No room is played here/ });
  t.equal(await show.stop(), 0);
});

void t.test('the console key may read and command, and may not write', async (t) => {
  await using show = await Show.start(t, silentRoom);
  await using bus = await openConsoleBus(show.home, show.state, 20_000);
  const refused = (async () => {
    for await (const status of bus.connection.status())
      if (status.type === 'error') return String(status.error);
    return '';
  })();
  bus.connection.publish('live.demo.speech.urgent', new Uint8Array(1));
  t.match(await refused, /[Pp]ermissions [Vv]iolation/);
  t.equal(await show.stop(), 0);
});
