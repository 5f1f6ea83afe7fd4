import t from 'tap';
import { Intake } from '../../../workers/audio/intake.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import { Renditions } from '../../../workers/audio/renditions.ts';
import type { SegmentSound } from '../../../workers/audio/voice.ts';
import { chunkOf, segmentOf } from './fixtures.ts';

function open() {
  const playlist = new Playlist<SegmentSound>({
    slotTimeoutMs: 100,
    maxUtterances: 9,
    maxBytes: 1e9,
    resume: { resumeSeq: 1, ended: ['u:over'], partial: [] },
  });
  const reasons: string[] = [];
  const kept: string[] = [];
  const intake = new Intake({
    room: 'demo',
    playlist,
    renditions: new Renditions(),
    keep: (chunk) => {
      kept.push(chunk.segment.utteranceId);
      return 'taken';
    },
    onRefused: (reason) => reasons.push(reason),
  });
  return { playlist, intake, reasons, kept };
}

void t.test('take() brings a complete segment into the playlist at the output rate', async (t) => {
  const { playlist, intake } = open();
  const segment = segmentOf('a', 0, { last: true });
  t.equal(intake.take(chunkOf(segment, { last: false }), 1), 'taken');
  t.equal(intake.take(chunkOf(segment, { last: false }), 2), 'duplicate');
  t.equal(intake.take(chunkOf(segment, { index: 1 }), 3), 'complete');
  t.equal(intake.take(chunkOf(segment, { rendition: 'r2' }), 4), 'duplicate');
  t.equal(playlist.next(0)?.sound.samples, 960 * 2);
});

void t.test('take() tells strays, missing and refused chunks apart', async (t) => {
  const { playlist, intake, reasons } = open();
  t.equal(intake.take(chunkOf(segmentOf('over', 0)), 1), 'stray');
  const missing = { missingReason: 'engine gone', pcm: new Uint8Array() };
  t.equal(intake.take(chunkOf(segmentOf('a', 0), missing), 2), 'missing');
  t.equal(intake.take(chunkOf(segmentOf('a', 1, { last: true }), { pcm: new Uint8Array() }), 3), 'missing');
  t.match(playlist.takeEndings(), [{ what: 'failed', reason: 'engine gone' }]);
  t.equal(intake.take(chunkOf(segmentOf('b', 0, { room: 'other' })), 4), 'refused');
  t.equal(intake.take(chunkOf(segmentOf('b', 5_000)), 5), 'refused');
  t.equal(intake.take(chunkOf(segmentOf('b', 0), { pcm: new Uint8Array(3) }), 6), 'refused');
  t.equal(reasons.length, 3);
});

void t.test(
  'take() brings what is to be kept past the playlist, and does not hold up where to resume',
  async (t) => {
    const { playlist, intake, kept } = open();
    const segment = {
      ...segmentOf('a', 0, { last: true, priority: 'idle', keep: true }),
      utteranceId: 'keep:a',
    };
    t.equal(intake.take(chunkOf(segment), 7), 'taken');
    t.strictSame(kept, ['keep:a']);
    t.equal(playlist.next(0), undefined);
    t.match(playlist.view(), { resumeSeq: 8, queued: [] });
  },
);
