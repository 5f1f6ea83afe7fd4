import type { RoomConfig } from '../../protocol/config.ts';
import type { ConfigurationProblem } from '../../protocol/configuration-error.ts';
import { ConfigurationError } from '../../protocol/configuration-error.ts';
import { checkDouyinSource } from './douyin/check-source.ts';
import { DouyinSource } from './douyin/douyin-source.ts';
import { warmUpDouyin } from './douyin/warm-up.ts';
import type { Logger } from '../logger.ts';
import type { FaultLog } from './fault-log.ts';
import type { Source } from './source.ts';
import type { Tally } from './tally.ts';

export interface SourceParts {
  tally: Tally;
  faults: FaultLog;
  /** Whether this process may still speak for its rooms. */
  isCertain?: () => boolean;
  /** What `onPlace` told an earlier process; empty: nothing is known. */
  place?: () => string;
  /** Hears how far the room was read and kept, in the source's own words. */
  onPlace?: (write: () => string) => void;
}

/** The source of a room's configuration. Nothing is connected yet. */
export function openSource(room: RoomConfig, parts: SourceParts): Source {
  const { isCertain = () => true, place = () => '', onPlace = () => undefined, ...others } = parts;
  switch (room.source.type) {
    case 'douyin':
      return new DouyinSource({
        room: room.id,
        config: room.source,
        isCertain,
        place,
        onPlace,
        ...others,
      });
  }
}

/** Looks for what the rooms' sources need here before any room is opened. Throws ConfigurationError, with the problems of all rooms. */
export async function checkSources(rooms: readonly RoomConfig[]): Promise<void> {
  const found = await Promise.all(rooms.map(({ source }) => checkSource(source)));
  const problems = found.flatMap((ofRoom, index) =>
    ofRoom.map(({ path, message }) => ({ path: `rooms[${index}].source.${path}`, message })),
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** Runs through everything that the rooms' sources do, against nobody, so that the first room is not served by cold code. Never throws. */
export async function warmUpSources(
  rooms: readonly RoomConfig[],
  { log, signal }: { log: Pick<Logger, 'warn'>; signal: AbortSignal },
): Promise<void> {
  for (const type of new Set(rooms.map(({ source }) => source.type))) {
    try {
      switch (type) {
        case 'douyin':
          await warmUpDouyin(signal);
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, type }, 'a source could not be warmed up');
    }
  }
}

async function checkSource(source: RoomConfig['source']): Promise<ConfigurationProblem[]> {
  switch (source.type) {
    case 'douyin':
      return await checkDouyinSource(source);
  }
}
