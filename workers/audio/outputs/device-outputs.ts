import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputKind } from '../../../protocol/config.ts';
import type { Device, SoundSystem } from './device.ts';
import { describeDevice, isCalled } from './device.ts';
import type { DeviceWay, DeviceWays } from './device-way.ts';
import { chooseWay, unlistedWay } from './device-way.ts';
import type { Found } from './find-output.ts';
import { listDevices } from './list-devices.ts';
import { probe } from './probe.ts';
import type { SinkSpec } from './sink-process.ts';
import type { SystemPlayer } from './system-players.ts';
import { installedPlayers, systemPlayers } from './system-players.ts';

/** What a device needs ahead of the clock, so that a pause of the host is not heard. */
export const primeMs = 300;
const probeTimeoutMs = 8_000;
/** Enough to tell a device from what swallows everything at once, with the buffers that players have. */
const feedMs = 1_500;

/** The package speaker hands the name to ALSA; elsewhere it takes the default device, whatever it is told. */
const speakerWays: DeviceWays = {
  pulse: (id) => ({ args: ['--device', 'pulse'], env: { PULSE_SINK: id } }),
  alsa: (id) => ({ args: ['--device', id], env: {} }),
};

type Chosen = { device: Device; way: DeviceWay };
type Spec = (chosen: Chosen | undefined) => SinkSpec;

/** Finds out, by playing silence, whether our own sink can play on the device; empty: on the default one. */
export async function findSpeaker(wanted: string, signal: AbortSignal): Promise<Found> {
  const devices = wanted === '' ? [] : await listDevices(signal);
  return await tryOn(
    { ways: speakerWays, wanted, devices, spec: speakerSpec },
    async ({ command, args, env }) =>
      // It measures for itself how fast the sound is taken.
      await probe({ command, args: [...args, '--probe'], env, feedMs: 0, timeoutMs: probeTimeoutMs, signal }),
  );
}

/** The first installed player that can play on the device. */
export async function findPlayer(wanted: string, signal: AbortSignal): Promise<Found> {
  const players = installedPlayers(process.env['PATH'] ?? '');
  if (players.length === 0)
    return {
      works: false,
      reason: `none of ${systemPlayers.map(({ program }) => program).join(', ')} is installed`,
    };
  const devices = wanted === '' ? [] : await listDevices(signal);
  const reasons: string[] = [];
  for (const player of players) {
    const spec: Spec = (chosen) => playerSpec(player, chosen);
    const found = await tryOn(
      { ways: player.devices, wanted, devices, spec },
      async ({ command, args, env }) =>
        await probe({ command, args, env, feedMs, timeoutMs: probeTimeoutMs, signal }),
    );
    if (found.works) return found;
    reasons.push(`${basename(player.program)}: ${found.reason}`);
    if (signal.aborted) break;
  }
  return { works: false, reason: reasons.join('; ') };
}

/**
 * The output of another process, by the name that it tells. Nothing when that is not on the device that is configured here: the
 * configuration may have changed in between.
 */
export function deviceOutputNamed(
  name: string,
  wanted: string,
): { kind: OutputKind; spec: SinkSpec } | undefined {
  const [, program = '', system, id = '', title = ''] =
    /^(.+?)(?: on (pipewire|pulse|alsa|named):(\S+|.+?)(?: \((.*)\))?)?$/.exec(name) ?? [];
  const device: Device | undefined =
    system === undefined ? undefined : { system: system as SoundSystem, id, title, isDefault: false };
  if (wanted === '' ? device !== undefined : !device || !isCalled(device, wanted)) return undefined;
  const chosenBy = (ways: DeviceWays): Chosen | undefined => {
    const way = device && ways[device.system]?.(device.id);
    return device && way && { device, way };
  };
  if (program === 'speaker') return { kind: 'speaker', spec: speakerSpec(chosenBy(speakerWays)) };
  const player = installedPlayers(process.env['PATH'] ?? '').find((each) => playerName(each) === program);
  return player && { kind: 'player', spec: playerSpec(player, chosenBy(player.devices)) };
}

interface TryOptions {
  ways: DeviceWays;
  wanted: string;
  devices: readonly Device[];
  spec: Spec;
}

async function tryOn(
  { ways, wanted, devices, spec }: TryOptions,
  tryOut: (spec: SinkSpec) => Promise<string>,
): Promise<Found> {
  const chosen = wanted === '' ? undefined : chooseWay({ ways, devices, wanted, platform: process.platform });
  const isListed = chosen === undefined || 'device' in chosen;
  const use = isListed ? chosen : unlistedWay(ways, wanted);
  // What is not there may be plugged in later: it is tried again like any output that does not work.
  if (!isListed && !use) return { works: false, reason: chosen.reason };
  const sink = spec(use);
  const reason = await tryOut(sink);
  if (reason === '') return { works: true, spec: sink };
  return { works: false, reason: isListed ? reason : chosen.reason };
}

const playerName = ({ program }: SystemPlayer): string => `player (${basename(program)})`;

/** These open the device as soon as they are started. */
const playerSpec = (player: SystemPlayer, chosen: Chosen | undefined): SinkSpec => ({
  name: nameOn(playerName(player), chosen),
  command: player.program,
  args: [...(chosen?.way.args ?? []), ...player.args],
  env: chosen?.way.env ?? {},
  reports: false,
  primeMs,
  canWait: false,
  keepsTime: false,
});

function speakerSpec(chosen: Chosen | undefined): SinkSpec {
  const path = fileURLToPath(new URL('speaker-sink.ts', import.meta.url));
  return {
    name: nameOn('speaker', chosen),
    command: process.execPath,
    args: [path, ...(chosen?.way.args ?? [])],
    env: chosen?.way.env ?? {},
    reports: true,
    primeMs,
    canWait: true,
    keepsTime: false,
  };
}

/** Tells another process everything that it needs for the same. */
const nameOn = (name: string, chosen: Chosen | undefined): string =>
  chosen ? `${name} on ${chosen.device.system}:${describeDevice(chosen.device)}` : name;
