import { z } from 'zod';
import type { Device } from './device.ts';

const pulseSinks = z.array(z.object({ name: z.string(), description: z.string().default('') }));

/** `pactl --format=json list sinks` (since 15; some versions write what is no JSON: those have to be asked for text). */
export function readPulseJson(text: string, defaultSink: string): Device[] | undefined {
  const { success, data } = pulseSinks.safeParse(parseJson(text));
  return success
    ? data.map(({ name, description }) => pulseDevice(name, description, defaultSink))
    : undefined;
}

/** `pactl list sinks` in the C locale. */
export function readPulseText(text: string, defaultSink: string): Device[] {
  return text.split(/^Sink #/m).flatMap((block) => {
    const name = /^\s+Name: (.+)$/m.exec(block)?.[1];
    const description = /^\s+Description: (.+)$/m.exec(block)?.[1] ?? '';
    return name === undefined ? [] : [pulseDevice(name.trim(), description.trim(), defaultSink)];
  });
}

/** The default sink in what `pactl info` says in the C locale; empty: none. */
export function readPulseDefault(text: string): string {
  return /^Default Sink: (.+)$/m.exec(text)?.[1]?.trim() ?? '';
}

const pulseDevice = (id: string, title: string, defaultSink: string): Device => ({
  system: 'pulse',
  id,
  title,
  isDefault: id === defaultSink,
});

const pipewireObject = z.object({
  info: z.object({ props: z.record(z.string(), z.unknown()) }).nullish(),
  metadata: z.array(z.object({ key: z.string(), value: z.unknown() })).nullish(),
});

/** `pw-dump`: every object of the graph; sinks are nodes, the default is in a metadata object. */
export function readPipewire(text: string): Device[] {
  const { success, data } = z.array(z.unknown()).safeParse(parseJson(text));
  if (!success) return [];
  // An object of another shape is of no interest; it must not hide the others.
  const objects = data.flatMap((each) => {
    const parsed = pipewireObject.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
  const entry = objects
    .flatMap(({ metadata }) => metadata ?? [])
    .find(({ key }) => key === 'default.audio.sink');
  const defaultSink = z.object({ name: z.string() }).safeParse(entry?.value).data?.name;
  return objects.flatMap(({ info }): Device[] => {
    const props = info?.props ?? {};
    const id = props['node.name'];
    if (props['media.class'] !== 'Audio/Sink' || typeof id !== 'string') return [];
    const title = props['node.description'];
    return [
      {
        system: 'pipewire',
        id,
        title: typeof title === 'string' ? title : '',
        isDefault: id === defaultSink,
      },
    ];
  });
}

/** Names that ALSA lists although nothing can be heard there, or that are reached by a better name. */
const alsaPlugins =
  /^(null|lavrate|samplerate|speexrate|speex|upmix|vdownmix|jack|oss|pulse|pipewire|usbstream|lavcrate)(:|$)/;
/** Names of one and the same plug of a card: those that share it, and convert, first. */
const alsaWays = ['sysdefault', 'plughw', 'hw'];

/** `aplay -L`: a name per line, with indented lines that describe it. Of the many names of one plug of a card, the one to use. */
export function readAlsa(text: string): Device[] {
  const names: { id: string; title: string }[] = [];
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) names.push({ id: line.trim(), title: '' });
    const last = names.at(-1);
    if (/^\s+\S/.test(line) && last?.title === '') last.title = line.trim();
  }
  const plugs = new Map<string, { id: string; title: string; rank: number }>();
  for (const { id, title } of names) {
    if (alsaPlugins.test(id)) continue;
    const [, way = '', card, plug = '0'] = /^(\w+):CARD=([^,]+)(?:,DEV=(\d+))?$/.exec(id) ?? [];
    const rank = card === undefined ? 0 : alsaWays.indexOf(way);
    if (rank === -1) continue;
    const key = card === undefined ? id : `${card},${plug}`;
    const known = plugs.get(key);
    if (!known || rank < known.rank) plugs.set(key, { id, title, rank });
  }
  return [...plugs.values()].map(({ id, title }) => ({
    system: 'alsa',
    id,
    title,
    isDefault: id === 'default',
  }));
}

/** `/proc/asound/cards` and `/proc/asound/pcm`, where no `aplay` is installed. */
export function readAsound(cards: string, pcm: string): Device[] {
  const ids = new Map(
    [...cards.matchAll(/^\s*(\d+) \[(\S+)\s*\]/gm)].map(([, number, id]) => [Number(number), id]),
  );
  return pcm.split('\n').flatMap((line): Device[] => {
    const [place = '', , title = '', ...does] = line.split(':').map((each) => each.trim());
    const [card, device] = place.split('-').map(Number);
    const id = card === undefined ? undefined : ids.get(card);
    if (id === undefined || !does.some((each) => each.startsWith('playback'))) return [];
    return [{ system: 'alsa', id: `plughw:CARD=${id},DEV=${device ?? 0}`, title, isDefault: false }];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
