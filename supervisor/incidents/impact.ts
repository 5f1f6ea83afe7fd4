import type { StandIn } from './signal.ts';
import { roleOf } from './signal.ts';

export const promises = ['sound', 'answers', 'feed', 'voice'] as const;
/** What a room's viewers notice: it is heard, it answers, it hears them, new sentences get a voice. */
export type RoomPromise = (typeof promises)[number];

/** What a problem of a component touches. */
export interface Impact {
  services: string[];
  promises: RoomPromise[];
}

const everything: Impact = { services: ['ingest', 'reply', 'tts', 'audio'], promises: [...promises] };

/** Services that feel it besides the component itself, and the promises at stake. */
const touched: Record<string, Impact> = {
  sim: { services: ['ingest'], promises: ['feed'] },
  ingest: { services: ['reply'], promises: ['feed', 'answers'] },
  room: { services: ['ingest', 'reply'], promises: ['feed', 'answers'] },
  reply: { services: ['tts'], promises: ['answers'] },
  tts: { services: ['audio'], promises: ['voice', 'answers'] },
  audio: { services: [], promises: ['sound'] },
  sound: { services: ['audio'], promises: ['sound'] },
  bus: everything,
  host: everything,
  supervisor: everything,
};

/** What is at stake when this component fails. One of which nothing is known touches only itself, as does a spare. */
export function impactOf(component: string, standIn?: StandIn): Impact {
  if (standIn === 'all') return { services: [component], promises: [] };
  const known = touched[roleOf(component)];
  return { services: [component, ...(known?.services ?? [])], promises: [...(known?.promises ?? [])] };
}
