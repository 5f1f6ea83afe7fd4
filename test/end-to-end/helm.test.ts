import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
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
    const program = join(project, `ops/${name}.ts`);
    const given = { timeout: 120_000 };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], given);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

void t.test(
  'npm run helm takes the replies of a running show, over a death, and gives them back',
  async (t) => {
    await using show = await Show.start(t, {
      ...silentRoom,
      reply: { ...silentRoom.reply, chatTtlMs: 600_000 },
    });
    const home = ['--home', show.home];
    const helm = async (...args: string[]) => await run('helm', [...args, ...home]);
    await show.untilConnected();
    await untilWell(show);

    t.match(await helm('pause', '--for', '10m'), {
      code: 0,
      stdout: /^demo: replies paused, the script goes on; for 600 s/,
    });
    t.match(await helm('mute', '424242', '--for', '1h'), {
      code: 0,
      stdout: 'demo: 424242 is muted for 3600 s\n',
    });
    const [asked] = await show.say({ kind: 'chat', user: '小明', text: '这个多少钱' });
    const aired = () => show.outcomes.filter(({ what }) => what === 'aired').length;
    const before = aired();
    await show.until('the script to go on', () => aired() > before);

    const active = activeOf(show, 'reply');
    process.kill(active.pid, 'SIGKILL');
    await show.until('the spare to work', () =>
      show.state.children.some(
        ({ service, lease, pid }) => service === 'reply' && lease !== '' && pid !== active.pid,
      ),
    );
    t.match(await helm('status'), {
      code: 0,
      stdout:
        /^demo: replies paused by .+ for \d+ s more; muted: 424242 \(\d+ s\); .*; script quiet, line 1\n$/,
    });
    const isAbout = (text: string) => show.outcomes.some((outcome) => outcome.text.includes(text));
    t.match(await run('say', ['主播马上回来。', ...home]), {
      code: 0,
      stdout: 'demo: says "主播马上回来。"\n',
    });
    await show.until('it to be heard', () => isAbout('主播马上回来'));
    t.notOk(
      show.outcomes.some(({ eventId }) => asked && eventId.endsWith(`:${asked.msgId}`)),
      'nobody is answered',
    );

    t.match(await helm('pause', '--all'), {
      code: 0,
      stdout: /script paused; for 1800 s, .*; sound paused for 1800 s\n$/,
    });
    t.match(await run('sound', ['status', ...home]), { stdout: /^demo: paused for 1\d{3} s more/ });
    t.match(await helm('resume'), { code: 0, stdout: 'demo: resumed; sound resumed\n' });
    t.match(await show.untilOutcome(asked?.msgId ?? ''), { what: 'spoken', text: /小明/ });
    t.match(await helm('unmute', '424242'), { stdout: 'demo: 424242 is muted no more\n' });
    t.match(await helm('say'), { code: 1, stderr: /Say what/ });
    t.match(await helm('--help'), { code: 0, stdout: /npm run helm -- pause/ });
    t.equal(await show.stop(), 0);
  },
);
