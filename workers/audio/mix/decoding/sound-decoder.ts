/** What came of some bytes of a sound file. */
export interface Decoded {
  /** Samples from -1 to 1; may be more. */
  channels: Float32Array[];
  rateHz: number;
}

/** Turns a sound file into samples, piece by piece. Throws when it is not what it should be; passes over what is damaged in the middle. */
export interface SoundDecoder {
  /** The next bytes. Nothing: it takes more of them. */
  decode(bytes: Uint8Array): Promise<Decoded | undefined>;
  /** There are no more bytes. */
  flush(): Promise<Decoded | undefined>;
  /** What follows is not what came next in the file. Whole samples begin at the byte that is returned, near the one that was asked for. */
  jumpTo(byte: number): number;
  /** Whether `jumpTo` may be used, and whether the file's beginning must have been decoded before. */
  readonly canJump: 'no' | 'at once' | 'after the beginning';
  free(): void;
}
