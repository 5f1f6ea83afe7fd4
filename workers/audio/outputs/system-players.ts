import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { outputRateHz } from '../format.ts';
import type { DeviceWays } from './device-way.ts';

/** A program that many systems have and that plays raw sound from standard input. */
export interface SystemPlayer {
  program: string;
  args: string[];
  /** How it is told a device, in the order of preference. */
  devices: DeviceWays;
}

const rate = String(outputRateHz);

const pulseArgs = ['--raw', `--rate=${rate}`, '--channels=1', '--format=s16le', '--latency-msec=200'];
const byPulse: DeviceWays = { pulse: (id) => ({ args: [`--device=${id}`], env: {} }) };

/** In the order of preference: those that talk to the desktop's sound server first. */
export const systemPlayers: SystemPlayer[] = [
  {
    program: 'pw-play',
    args: ['--raw', '--rate', rate, '--channels', '1', '--format', 's16', '-'],
    devices: { pipewire: (id) => ({ args: ['--target', id], env: {} }) },
  },
  { program: 'paplay', args: pulseArgs, devices: byPulse },
  { program: 'pacat', args: ['--playback', ...pulseArgs], devices: byPulse },
  {
    program: 'aplay',
    args: ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', rate, '-c', '1', '--buffer-time=300000', '-'],
    devices: {
      // ALSA's plug of that name asks libpulse, which asks the environment.
      pulse: (id) => ({ args: ['-D', 'pulse'], env: { PULSE_SINK: id } }),
      alsa: (id) => ({ args: ['-D', id], env: {} }),
    },
  },
  {
    program: 'ffplay',
    args: (
      '-hide_banner -loglevel error -nodisp -autoexit -fflags nobuffer -probesize 32 ' +
      `-f s16le -ar ${rate} -ch_layout mono -i pipe:0`
    ).split(' '),
    // It has no option for it, but SDL, through which it plays, asks the environment.
    devices: {
      pulse: (id) => ({ args: [], env: { SDL_AUDIODRIVER: 'pulseaudio', PULSE_SINK: id } }),
      alsa: (id) => ({ args: [], env: { SDL_AUDIODRIVER: 'alsa', AUDIODEV: id } }),
      named: (id) => ({ args: [], env: { SDL_AUDIO_DEVICE_NAME: id } }),
    },
  },
  {
    program: 'play',
    args: ['-q', '-t', 'raw', '-r', rate, '-e', 'signed-integer', '-b', '16', '-L', '-c', '1', '-'],
    devices: {
      pulse: (id) => ({ args: [], env: { AUDIODRIVER: 'pulseaudio', AUDIODEV: id } }),
      alsa: (id) => ({ args: [], env: { AUDIODRIVER: 'alsa', AUDIODEV: id } }),
      named: (id) => ({ args: [], env: { AUDIODEV: id } }),
    },
  },
];

/** The players that are installed, with their full paths. */
export function installedPlayers(path: string): SystemPlayer[] {
  const names = (program: string) => (process.platform === 'win32' ? [`${program}.exe`] : [program]);
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return systemPlayers.flatMap((player) => {
    const found = folders
      .flatMap((folder) => names(player.program).map((name) => join(folder, name)))
      .find((file) => isProgram(file));
    return found === undefined ? [] : [{ ...player, program: found }];
  });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
