import t from 'tap';
import { audioSchema } from '../../protocol/audio-config.ts';
import { describeCable, findSound } from '../../ops/find-sound.ts';

const device = (id: string, title: string) => ({ system: 'pulse' as const, id, title, isDefault: false });

void t.test(
  'findSound() says which outputs work, which would be used, and that nobody hears a file',
  async (t) => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    t.teardown(() => (process.env['PATH'] = before));
    const audio = audioSchema.parse({ outputs: ['player', 'file'], device: 'nothing of this name' });
    const findings = await findSound(audio);
    const of = (what: string) => findings.find((each) => each.what === what);
    t.match(of('output player'), { verdict: 'warn', found: /none of pw-play, .* is installed/ });
    t.match(of('output file'), { verdict: 'ok', found: 'works: file' });
    t.match(of('sound would come from'), { verdict: 'warn', found: 'file', mend: /nobody hears this/ });
    t.match(of('audio.device "nothing of this name"'), { verdict: 'warn', found: /^no device is called/ });
  },
);

void t.test('describeCable() says how to use a virtual cable that is there, or to make one', async (t) => {
  const cable = device('onair-cable', 'Live');
  t.match(
    describeCable([device('alsa_output.pci', 'Built-in'), cable], 'linux').found,
    "device: 'onair-cable'",
  );
  t.match(describeCable([device('CABLE Input', 'VB-Audio Virtual Cable')], 'win32').found, 'CABLE Input');
  t.match(describeCable([], 'linux').found, 'module-null-sink');
  t.match(describeCable([], 'win32').found, 'VB-Cable');
  t.match(describeCable([], 'darwin').found, 'BlackHole');
});
