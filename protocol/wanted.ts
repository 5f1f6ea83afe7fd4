/**
 * Whether a room shall be hosted, in the bucket `rooms` under `wanted.<room>`, as JSON. Without a word about it, a room of the
 * configuration is wanted. Only a stop and the start that takes it back are written there, so that both outlive every process.
 */
export interface WantedRecord {
  wanted: boolean;
  /** Unix milliseconds. */
  at: number;
  /** Who said so, for people. */
  by: string;
}

const prefix = 'wanted.';

/** The subject filter of all of them, or of one room, within the bucket. */
export const wantedKey = (room: string): string => `${prefix}${room}`;

/** The room that a key is about; undefined: it is about something else. */
export const roomOfWantedKey = (key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined;

export const encodeWanted = (record: WantedRecord): string => JSON.stringify(record);

/** The record in a value; undefined: it is none of ours, and says nothing. */
export function decodeWanted(text: string): WantedRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<WantedRecord> | null;
    if (typeof value?.wanted !== 'boolean') return undefined;
    const { wanted, at, by } = value;
    return { wanted, at: typeof at === 'number' ? at : 0, by: typeof by === 'string' ? by : '' };
  } catch {
    return undefined;
  }
}
