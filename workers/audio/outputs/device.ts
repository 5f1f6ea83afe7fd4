/** Who knows a device by this name: a sound server, or ALSA itself. `named`: a system whose devices we cannot list. */
export type SoundSystem = 'pipewire' | 'pulse' | 'alsa' | 'named';

/** Something that sound can be sent to. */
export interface Device {
  system: SoundSystem;
  /** What programs call it. */
  id: string;
  /** What people call it. */
  title: string;
  isDefault: boolean;
}

export type DeviceMatch = { device: Device } | { reason: string; isAmbiguous: boolean };

const maxListed = 12;

/**
 * The one device that is meant: by its whole name, else by a part of it that no other device has; capitals do not matter. The reason says
 * what there is instead.
 */
export function matchDevice(devices: readonly Device[], wanted: string): DeviceMatch {
  const text = wanted.trim().toLowerCase();
  const ways: ((device: Device) => boolean)[] = [
    ({ id }) => id.toLowerCase() === text,
    ({ title }) => title.toLowerCase() === text,
    (device) => isCalled(device, text),
  ];
  for (const fits of ways) {
    const found = devices.filter(fits);
    const [device] = found;
    if (!device) continue;
    if (found.length === 1) return { device };
    return { reason: `"${wanted}" fits ${listed(found)}`, isAmbiguous: true };
  }
  const there = devices.length > 0 ? `there are ${listed(devices)}` : 'there is none';
  return { reason: `no device is called "${wanted}"; ${there}`, isAmbiguous: false };
}

/** Whether a device may be meant by this text. */
export function isCalled({ id, title }: Pick<Device, 'id' | 'title'>, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  return id.toLowerCase().includes(text) || title.toLowerCase().includes(text);
}

export const describeDevice = ({ id, title }: Pick<Device, 'id' | 'title'>): string =>
  title === '' || title === id ? id : `${id} (${title})`;

function listed(devices: readonly Device[]): string {
  const names = [...new Set(devices.map(describeDevice))];
  const more = names.length - maxListed;
  return names.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
