import type { Segment } from '../../../protocol/speech.ts';

/** A segment that can be spoken, with what a test wants different. */
export function makeSegment(given: Partial<Segment> = {}): Segment {
  const utteranceId = given.utteranceId ?? 'u:demo:douyin:1';
  const index = given.index ?? 0;
  return {
    id: `${utteranceId}/${index}`,
    room: 'demo',
    utteranceId,
    index,
    last: true,
    text: '欢迎来到直播间。',
    priority: 'normal',
    voice: '',
    causes: [{ eventId: 'demo:douyin:1', kind: 'chat', paid: false, merged: false }],
    createdAt: Date.now(),
    expiresAt: Date.now() + 600_000,
    script: ['欢迎来到直播间。'],
    idleScript: '',
    keep: false,
    ...given,
  };
}
