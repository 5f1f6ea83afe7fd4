import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioConfig, OutputKind } from '../protocol/config.ts';
import type { Device } from '../workers/audio/outputs/device.ts';
import { describeDevice, matchDevice } from '../workers/audio/outputs/device.ts';
import type { Found } from '../workers/audio/outputs/find-output.ts';
import { findOutput } from '../workers/audio/outputs/find-output.ts';
import { listDevices } from '../workers/audio/outputs/list-devices.ts';
import type { Finding } from './finding.ts';

const deadlineMs = 60_000;

/** Which outputs work here, which would be used, and what devices there are; plays a moment of silence. */
export async function findSound(
  audio: Pick<AudioConfig, 'outputs' | 'device' | 'stream'>,
): Promise<Finding[]> {
  const signal = AbortSignal.timeout(deadlineMs);
  const devices = await listDevices(signal);
  const kinds = [...new Set<OutputKind>(['speaker', 'player', ...audio.outputs])];
  const tried: { kind: OutputKind; found: Found }[] = [];
  // One after the other: a device may be for one program at a time.
  for (const kind of kinds) tried.push({ kind, found: await tryOut(kind, audio, signal) });
  return [
    ...tried.map(({ kind, found }) => describeOutput(kind, found)),
    describeChoice(audio.outputs, tried),
    ...describeDevices(devices),
    ...describeWanted(audio.device, devices),
    describeCable(devices, process.platform),
  ];
}

async function tryOut(
  kind: OutputKind,
  { device, stream }: Pick<AudioConfig, 'device' | 'stream'>,
  signal: AbortSignal,
): Promise<Found> {
  const file = join(tmpdir(), 'onair-doctor');
  const place = {
    file,
    runId: 'doctor',
    recordMaxMinutes: 1,
    device,
    stream: { ...stream, room: 'doctor', label: '', file },
  };
  return await findOutput(kind, place, signal);
}

function describeOutput(kind: OutputKind, found: Found): Finding {
  const what = `output ${kind}`;
  if (found.works) return { verdict: 'ok', what, found: `works: ${found.spec.name}`, mend: '' };
  return { verdict: 'warn', what, found: `does not work (${found.reason})`, mend: mends[kind] ?? '' };
}

const mends: Partial<Record<OutputKind, string>> = {
  speaker: 'plug in or configure a device; until then the next output is used',
  player:
    'one of pipewire-bin, pulseaudio-utils, alsa-utils, ffmpeg, sox, as a second way to the loudspeaker; and a sound server that runs',
};

/** What listeners would hear it on, in the configured order. */
function describeChoice(outputs: OutputKind[], tried: { kind: OutputKind; found: Found }[]): Finding {
  const what = 'sound would come from';
  const works = (kind: OutputKind) => tried.some((each) => each.kind === kind && each.found.works);
  const chosen = outputs.find(works);
  const audible = chosen !== undefined && chosen !== 'null' && chosen !== 'file';
  return {
    verdict: audible ? 'ok' : 'warn',
    what,
    found: chosen === undefined ? `nothing: none of ${outputs.join(', ')} works` : chosen,
    mend: 'nobody hears this: see the outputs above, and "Sound" in README.md',
  };
}

function describeDevices(devices: readonly Device[]): Finding[] {
  if (devices.length === 0)
    return [{ verdict: 'ok', what: 'sound devices', found: 'none that could be listed', mend: '' }];
  return devices.map((device) => ({
    verdict: 'ok',
    what: `sound device (${device.system})`,
    found: describeDevice(device) + (device.isDefault ? ', the default' : ''),
    mend: '',
  }));
}

function describeWanted(wanted: string, devices: readonly Device[]): Finding[] {
  if (wanted === '') return [];
  const what = `audio.device "${wanted}"`;
  // Each system has its own name for the same thing.
  const systems = [...new Set(devices.map(({ system }) => system))];
  const matches = systems.map((each) =>
    matchDevice(
      devices.filter(({ system }) => system === each),
      wanted,
    ),
  );
  const found = matches.flatMap((match) => ('device' in match ? [describeDevice(match.device)] : []));
  if (found.length > 0) return [{ verdict: 'ok', what, found: [...new Set(found)].join(', '), mend: '' }];
  const match = matchDevice(devices, wanted);
  const reason = 'reason' in match ? match.reason : '';
  return [{ verdict: 'warn', what, found: reason, mend: 'name one of the devices above, or a part of it' }];
}

/** A device that is only heard by another program, such as OBS or 直播伴侣. */
export function describeCable(devices: readonly Device[], platform: NodeJS.Platform): Finding {
  const what = 'virtual cable to OBS or 直播伴侣';
  const cable = devices.find((device) =>
    /cable|virtual|blackhole|null output|onair/i.test(describeDevice(device)),
  );
  if (cable)
    return {
      verdict: 'ok',
      what,
      found: `${describeDevice(cable)}; to use it: audio: { device: '${cable.id}' }`,
      mend: '',
    };
  const how: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'pactl load-module module-null-sink sink_name=onair-cable, then take "Monitor of" it in OBS',
    win32: 'install VB-Cable, play to "CABLE Input", take "CABLE Output" as the microphone',
    darwin: 'install BlackHole, play to it, take it as the audio input',
  };
  return {
    verdict: 'ok',
    what,
    found: `none found; ${how[platform] ?? 'see README.md'} (more in README.md)`,
    mend: '',
  };
}
