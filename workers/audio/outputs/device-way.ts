import type { Device, SoundSystem } from './device.ts';
import { matchDevice } from './device.ts';

/** What a program is started with, to play on one device. */
export interface DeviceWay {
  args: string[];
  env: Record<string, string>;
}

/** How a program is told a device of each sound system that it can reach, in the order of preference. */
export type DeviceWays = Partial<Record<SoundSystem, (id: string) => DeviceWay>>;

export type ChosenWay = { device: Device; way: DeviceWay } | { reason: string };

export interface WayOptions {
  ways: DeviceWays;
  /** What there is. */
  devices: readonly Device[];
  /** `audio.device`, not empty. */
  wanted: string;
  platform: NodeJS.Platform;
}

/** An ALSA name that somebody wrote by hand or into their own configuration: ALSA lists few of those. */
const alsaName = /^[a-z][\w.-]*(:\S+)?$/i;

/** How a program gets to the device that is meant; where devices cannot be listed, the program is told what is configured. */
export function chooseWay({ ways, devices, wanted, platform }: WayOptions): ChosenWay {
  if (platform !== 'linux') {
    const { named } = ways;
    if (!named) return { reason: 'it cannot be told a device on this system' };
    const device: Device = { system: 'named', id: wanted, title: '', isDefault: false };
    return { device, way: named(wanted) };
  }
  const systems = Object.keys(ways) as SoundSystem[];
  const reachable = devices.filter(({ system }) => systems.includes(system));
  for (const system of systems) {
    const ofSystem = reachable.filter((device) => device.system === system);
    const match = matchDevice(ofSystem, wanted);
    if ('reason' in match && match.isAmbiguous) return { reason: match.reason };
    const way = 'device' in match ? ways[system]?.(match.device.id) : undefined;
    if ('device' in match && way) return { device: match.device, way };
  }
  const match = matchDevice(reachable, wanted);
  return 'reason' in match ? { reason: match.reason } : { reason: `"${wanted}" cannot be reached` };
}

/** What is not listed may be known to ALSA all the same: the way to try it. */
export function unlistedWay(
  ways: DeviceWays,
  wanted: string,
): Extract<ChosenWay, { device: Device }> | undefined {
  const { alsa } = ways;
  if (!alsa || !alsaName.test(wanted)) return undefined;
  return { device: { system: 'alsa', id: wanted, title: '', isDefault: false }, way: alsa(wanted) };
}
