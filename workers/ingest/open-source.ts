import type { RoomConfig } from '../../protocol/config.ts';
import { ConfigurationError } from '../../protocol/configuration-error.ts';
import type { SourceConfig, SourceType } from '../../protocol/sources.ts';
import type { Logger } from '../logger.ts';
import type { SourceDefinition } from './source.ts';

/** Loaded when a room needs it: a process that reads one platform has no use for the code of all. */
const definitions: {
  [Type in SourceType]: () => Promise<SourceDefinition<Extract<SourceConfig, { type: Type }>>>;
} = {
  douyin: async () => (await import('./sources/douyin.ts')).douyin,
  'barrage-grab': async () => (await import('./sources/barrage-grab.ts')).barrageGrab,
  'douyin-live': async () => (await import('./sources/douyin-live.ts')).douyinLive,
  dycast: async () => (await import('./sources/dycast.ts')).dycast,
  bilibili: async () => (await import('./sources/bilibili.ts')).bilibili,
  generic: async () => (await import('./sources/generic.ts')).generic,
  oba: async () => (await import('./sources/oba.ts')).oba,
  recording: async () => (await import('./sources/recording.ts')).recording,
};

export const sourceTypes = Object.keys(definitions) as SourceType[];

export const isSourceType = (name: string): name is SourceType =>
  (sourceTypes as readonly string[]).includes(name);

/** What is known of the platform of a source. */
export async function sourceDefinition(type: SourceType): Promise<SourceDefinition> {
  // Whoever asks with a type calls it with configurations of that type.
  return (await definitions[type]()) as SourceDefinition;
}

/** Looks for what the rooms' sources need here before any room is opened. Throws ConfigurationError, with the problems of all rooms. */
export async function checkSources(rooms: readonly RoomConfig[]): Promise<void> {
  const found = await Promise.all(
    rooms.map(async ({ source }) => await (await sourceDefinition(source.type)).check(source)),
  );
  const problems = found.flatMap((ofRoom, index) =>
    ofRoom.map(({ path, message }) => ({ path: `rooms[${index}].source.${path}`, message })),
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** Warms the rooms' sources up, each platform once. Never throws. */
export async function warmUpSources(
  rooms: readonly RoomConfig[],
  { log, signal }: { log: Pick<Logger, 'warn'>; signal: AbortSignal },
): Promise<void> {
  for (const type of new Set(rooms.map(({ source }) => source.type))) {
    try {
      await (await sourceDefinition(type)).warmUp(signal);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, type }, 'a source could not be warmed up');
    }
  }
}
