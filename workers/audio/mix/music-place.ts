/** A place in the music. The thread that decodes loads this too, and is to stay small. */
export interface MusicPlace {
  /** Name within the folder. */
  file: string;
  /** Milliseconds of its sound. */
  ms: number;
  /** A byte at which decoding may begin, at or before that, and the time there; so that nobody has to decode an hour to get to its end. */
  entry: { byte: number; ms: number };
}

/** The same place, so much later. */
export const later = (place: MusicPlace, ms: number): MusicPlace => ({ ...place, ms: place.ms + ms });
