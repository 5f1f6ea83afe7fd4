import type { RoomConfig } from '../../protocol/config.ts';
import { readOperatorCookies } from './douyin/cookie-file.ts';
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

/** What can be told before a room is opened: files that cannot be read. Throws, naming all of them by their path in the configuration. */
export async function checkSources(rooms: readonly RoomConfig[]): Promise<void> {
  const checks = await Promise.allSettled(rooms.map(({ source }) => readOperatorCookies(source)));
  const problems = checks.flatMap((check, index) =>
    check.status === 'rejected' ? [`rooms[${index}].source: ${describe(check.reason)}`] : [],
  );
  if (problems.length > 0) throw new Error(`Cannot start "ingest": ${problems.join('; ')}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
