import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { deviceOutputNamed } from '../../../../workers/audio/outputs/device-outputs.ts';
import type { Device } from '../../../../workers/audio/outputs/device.ts';
import { chooseWay, unlistedWay } from '../../../../workers/audio/outputs/device-way.ts';
import { systemPlayers } from '../../../../workers/audio/outputs/system-players.ts';

const pulse: Device = { system: 'pulse', id: 'onair-cable', title: 'Onair', isDefault: false };
const card: Device = { system: 'alsa', id: 'plughw:CARD=PCH,DEV=0', title: 'HDA Intel', isDefault: false };
const pipewire: Device = { ...pulse, system: 'pipewire' };
const devices = [pulse, card, pipewire];
const waysOf = (program: string) => systemPlayers.find((each) => each.program === program)?.devices ?? {};
const choose = (program: string, wanted: string, platform: NodeJS.Platform = 'linux') =>
  chooseWay({ ways: waysOf(program), devices, wanted, platform });

void t.test('chooseWay() tells each program a device in its own way', async (t) => {
  t.match(choose('pw-play', 'onair'), { way: { args: ['--target', 'onair-cable'] } });
  t.match(choose('paplay', 'onair'), { way: { args: ['--device=onair-cable'] } });
  t.match(choose('aplay', 'onair'), { way: { args: ['-D', 'pulse'], env: { PULSE_SINK: 'onair-cable' } } });
  t.match(choose('aplay', 'intel'), { way: { args: ['-D', 'plughw:CARD=PCH,DEV=0'] } });
  t.match(choose('ffplay', 'onair'), { way: { env: { SDL_AUDIODRIVER: 'pulseaudio' } } });
  t.match(choose('ffplay', 'intel'), { way: { env: { SDL_AUDIODRIVER: 'alsa', AUDIODEV: card.id } } });
  t.match(choose('play', 'onair'), { way: { env: { AUDIODRIVER: 'pulseaudio', AUDIODEV: 'onair-cable' } } });
  t.match(choose('paplay', 'intel'), {
    reason: 'no device is called "intel"; there are onair-cable (Onair)',
  });
});

void t.test(
  'chooseWay() hands the name on where devices cannot be listed, if the program takes one',
  async (t) => {
    t.match(choose('play', 'BlackHole 2ch', 'darwin'), { way: { env: { AUDIODEV: 'BlackHole 2ch' } } });
    t.match(choose('aplay', 'CABLE Input', 'win32'), { reason: /cannot be told a device/ });
  },
);

void t.test('unlistedWay() tries names of ALSA that it does not list', async (t) => {
  t.match(unlistedWay(waysOf('aplay'), 'hw:1,0'), { way: { args: ['-D', 'hw:1,0'] } });
  t.equal(unlistedWay(waysOf('aplay'), 'USB Headset'), undefined);
  t.equal(unlistedWay(waysOf('paplay'), 'hw:1,0'), undefined);
});

void t.test('deviceOutputNamed() gives the same output by the name that another process tells', async (t) => {
  const dir = t.testdir();
  writeFileSync(join(dir, 'paplay'), '');
  chmodSync(join(dir, 'paplay'), 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = dir;
  t.teardown(() => (process.env['PATH'] = before));
  const name = 'player (paplay) on pulse:onair-cable (Onair Cable)';
  for (const wanted of ['onair-cable', 'Onair C'])
    t.match(deviceOutputNamed(name, wanted), {
      kind: 'player',
      spec: { name, command: join(dir, 'paplay'), args: ['--device=onair-cable', '--raw'] },
    });
  t.equal(deviceOutputNamed(name, 'headset'), undefined, 'another one is configured by now');
  t.equal(deviceOutputNamed(name, ''), undefined);
  t.equal(deviceOutputNamed('player (paplay)', 'onair'), undefined);
  t.match(deviceOutputNamed('player (paplay)', ''), { kind: 'player', spec: { name: 'player (paplay)' } });
  const speaker = 'speaker on alsa:plughw:CARD=PCH,DEV=0 (HDA Intel)';
  t.match(deviceOutputNamed(speaker, 'intel')?.spec.args.slice(1), ['--device', 'plughw:CARD=PCH,DEV=0']);
  t.equal(deviceOutputNamed('file', ''), undefined);
});
