/** Reads standard input and discards it: where nothing can play, the room still goes on. */
import { readSound } from './read-sound.ts';

await readSound(() => undefined);
process.exit(0);
