import { z } from 'zod';

export const musicPlaceSchema = z.object({
  /** Name within the folder. */
  file: z.string(),
  /** Milliseconds of its sound. */
  ms: z.number().min(0),
  /** A byte at which decoding may begin, at or before that, and the time there; so that nobody has to decode an hour to get to its end. */
  entry: z.object({ byte: z.number().min(0), ms: z.number().min(0) }),
});

/** A place in the music. */
export type MusicPlace = z.infer<typeof musicPlaceSchema>;

/** The same place, so much later. */
export const later = (place: MusicPlace, ms: number): MusicPlace => ({ ...place, ms: place.ms + ms });
