import type { Priority } from '../../../protocol/speech.ts';
import type { MusicBlock } from './music-buffer.ts';
import type { MusicPlace } from './music-place.ts';

/** What the thread that decodes is told. */
export type ThreadCommand =
  | {
      kind: 'play';
      folder: string;
      shuffle: boolean;
      from: MusicPlace | undefined;
      avoid: string | undefined;
      blocks: number;
    }
  /** A block was taken: room for one more. */
  | { kind: 'more' }
  | { kind: 'load'; priority: Priority; file: string };

/** What it says. */
export type ThreadReport =
  | { kind: 'block'; block: MusicBlock }
  | { kind: 'file'; name: string }
  | { kind: 'trouble'; text: string }
  | { kind: 'earcon'; priority: Priority; pcm: Int16Array };
