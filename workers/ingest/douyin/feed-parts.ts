import type { Observation, SourceParts } from '../source.ts';
import type { Resume } from './push-address.ts';
import type { RoomResponse } from './read-frame.ts';
import type { ReadContext } from './read-message.ts';
import type { RoomInfo } from './room-page.ts';

/** A response and when it came, in unix milliseconds. */
export interface Received {
  response: RoomResponse;
  receivedAt: number;
}

/** What a feed gets of the source, however it reads the room. */
export interface FeedParts extends Pick<SourceParts, 'room' | 'tally' | 'faults' | 'onRaw'> {
  info: RoomInfo;
  /** Whether this process may still speak for the room. One that was replaced while it was stopped must not say a word. */
  isCertain: () => boolean;
  /** Called with the position of each frame that is acknowledged. */
  onResume: (resume: Resume) => void;
  onResponse: (response: RoomResponse) => void;
  onObservations: (observations: readonly Observation[]) => void;
  notice: NonNullable<ReadContext['notice']>;
}
