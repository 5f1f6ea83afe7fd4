import { z } from 'zod';
import type { Resume } from './push-address.ts';
import type { RoomInfo } from './room-page.ts';

/** Where a connected room is: the broadcast, who we are there, and up to where it was read. What a successor needs to go on without the page. */
export interface Place {
  /** Unix milliseconds. */
  at: number;
  info: RoomInfo;
  /** The anonymous visitor that the push server knows; `user_unique_id` belongs to it. */
  ttwid: string;
  /** Origin of the push server that worked. */
  pushUrl: string;
  resume: Resume;
}

const digits = z.string().regex(/^\d{1,20}$/);
const placeSchema = z.object({
  at: z.number(),
  info: z.object({
    status: z.literal('live'),
    roomId: digits,
    userUniqueId: digits,
    anchorId: z.string(),
    title: z.string(),
    anchor: z.string(),
  }),
  ttwid: z.string(),
  pushUrl: z.string(),
  resume: z.object({ cursor: z.string(), internalExt: z.string() }),
});

export const writePlace = (place: Place): string => JSON.stringify(place);

/** Undefined for what is no place, such as that of another version. */
export function readPlace(text: string): Place | undefined {
  if (text === '') return undefined;
  try {
    return placeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
