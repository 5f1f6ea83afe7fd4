import type { RoomConfig } from '../../protocol/config.ts';
import type { ConfigurationProblem } from '../../protocol/configuration-error.ts';
import { ConfigurationError } from '../../protocol/configuration-error.ts';
import { checkDouyinSource } from './douyin/check-source.ts';
import { DouyinSource } from './douyin/douyin-source.ts';
import type { FaultLog } from './fault-log.ts';
import type { Source } from './source.ts';
import type { Tally } from './tally.ts';

/** The source of a room's configuration. Nothing is connected yet. */
export function openSource(room: RoomConfig, parts: { tally: Tally; faults: FaultLog }): Source {
  switch (room.source.type) {
    case 'douyin':
      return new DouyinSource({ room: room.id, config: room.source, ...parts });
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

async function checkSource(source: RoomConfig['source']): Promise<ConfigurationProblem[]> {
  switch (source.type) {
    case 'douyin':
      return await checkDouyinSource(source);
  }
}
