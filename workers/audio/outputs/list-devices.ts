import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Device } from './device.ts';
import {
  readAlsa,
  readAsound,
  readPipewire,
  readPulseDefault,
  readPulseJson,
  readPulseText,
} from './read-devices.ts';

const deadlineMs = 2_000;
const maxBytes = 16_000_000;

/** Every device that a program of this machine can name; a program that is not installed, or finds no server, knows none. */
export async function listDevices(signal: AbortSignal): Promise<Device[]> {
  const lists = await Promise.all([pipewireDevices(signal), pulseDevices(signal), alsaDevices(signal)]);
  return lists.flat();
}

async function pipewireDevices(signal: AbortSignal): Promise<Device[]> {
  return readPipewire(await output('pw-dump', ['--no-colors'], signal));
}

async function pulseDevices(signal: AbortSignal): Promise<Device[]> {
  const [info, json] = await Promise.all([
    output('pactl', ['info'], signal),
    output('pactl', ['--format=json', 'list', 'sinks'], signal),
  ]);
  if (info === '') return [];
  const defaultSink = readPulseDefault(info);
  return (
    readPulseJson(json, defaultSink) ??
    readPulseText(await output('pactl', ['list', 'sinks'], signal), defaultSink)
  );
}

async function alsaDevices(signal: AbortSignal): Promise<Device[]> {
  const listed = readAlsa(await output('aplay', ['-L'], signal));
  if (listed.length > 0) return listed;
  const [cards, pcm] = await Promise.all(['cards', 'pcm'].map(textOf));
  return readAsound(cards ?? '', pcm ?? '');
}

/** What a program says; nothing when it cannot be asked, which is the answer of a machine that does not have it. */
async function output(program: string, args: string[], signal: AbortSignal): Promise<string> {
  return await new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' };
    const options = { env, signal, timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: maxBytes } as const;
    execFile(program, args, options, (error, stdout) => resolve(error ? '' : stdout));
  });
}

/** Empty where there is no ALSA. */
async function textOf(name: string): Promise<string> {
  try {
    return await readFile(`/proc/asound/${name}`, 'utf8');
  } catch {
    return '';
  }
}
