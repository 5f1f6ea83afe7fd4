import type { Fault } from './fault.ts';
import type { RoomItem } from './item.ts';

/** Something that happens by itself. `atMs` counts from the first connection of a client. */
export type ScheduledAct = { readonly atMs: number } & (
  | { readonly do: 'say'; readonly item: RoomItem }
  | { readonly do: 'fault'; readonly fault: Fault }
  | { readonly do: 'end-broadcast' }
  | { readonly do: 'new-broadcast' }
);

/** What a room plays: acts in the order of time, possibly without end. */
export type Schedule = Iterator<ScheduledAct, void, undefined>;
