import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { outputRateHz } from '../format.ts';

/** A program that many systems have and that plays raw sound from standard input. */
export interface SystemPlayer {
  program: string;
  args: string[];
}

const rate = String(outputRateHz);

/** In the order of preference: those that talk to the desktop's sound server first. */
export const systemPlayers: SystemPlayer[] = [
  { program: 'pw-play', args: ['--raw', '--rate', rate, '--channels', '1', '--format', 's16', '-'] },
  {
    program: 'paplay',
    args: ['--raw', `--rate=${rate}`, '--channels=1', '--format=s16le', '--latency-msec=200'],
  },
  {
    program: 'pacat',
    args: ['--playback', '--raw', `--rate=${rate}`, '--channels=1', '--format=s16le', '--latency-msec=200'],
  },
  {
    program: 'aplay',
    args: ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', rate, '-c', '1', '--buffer-time=300000', '-'],
  },
  {
    program: 'ffplay',
    args: (
      '-hide_banner -loglevel error -nodisp -autoexit -fflags nobuffer -probesize 32 ' +
      `-f s16le -ar ${rate} -ch_layout mono -i pipe:0`
    ).split(' '),
  },
  {
    program: 'play',
    args: ['-q', '-t', 'raw', '-r', rate, '-e', 'signed-integer', '-b', '16', '-L', '-c', '1', '-'],
  },
];

/** The players that are installed, with their full paths. */
export function installedPlayers(path: string): SystemPlayer[] {
  const names = (program: string) => (process.platform === 'win32' ? [`${program}.exe`] : [program]);
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return systemPlayers.flatMap(({ program, args }) => {
    const found = folders
      .flatMap((folder) => names(program).map((name) => join(folder, name)))
      .find((file) => isProgram(file));
    return found === undefined ? [] : [{ program: found, args }];
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
