import { readState } from '../../supervisor/state-file.ts';

/** Where the simulated room behind a room listens, `host:port`, as the show's state file tells; empty when it does not. */
export function readRoomAddress(home: string, room: string): string {
  const children = readState(home)?.children ?? [];
  const simulator = children.find((child) => child.role === 'sim' && child.service === `sim-${room}`);
  return simulator?.address ?? '';
}
