import t from 'tap';
import { newest, toResume } from '../../../workers/audio/resume.ts';
import { playheadOf } from './fixtures.ts';

const now = 1_000_000;
const kept = (given: Parameters<typeof playheadOf>[0], epoch = 1) => ({
  playhead: playheadOf({ at: now - 100, ...given }),
  epoch,
});
const position = { epoch: 1, at: now - 40, utteranceId: 'u:a', nextIndex: 1, offset: 4_800 };

void t.test('toResume() begins anew without a playhead', (t) => {
  t.strictSame(toResume(undefined, [], now), { resumeSeq: 1, ended: [], partial: [] });
  t.end();
});

void t.test('toResume() goes on where a later position says, else where the playhead says', (t) => {
  const partial = [
    { utteranceId: 'u:b', nextIndex: 3, offsetMs: 0 },
    { utteranceId: 'u:a', nextIndex: 1, offsetMs: 20 },
  ];
  const place = (given: object, epoch?: number) =>
    toResume(kept({ partial, ended: ['u:z'], resumeSeq: 9 }, epoch), [{ ...position, ...given }], now)
      .partial[1];
  const { partial: all, ...rest } = toResume(
    kept({ partial, ended: ['u:z'], resumeSeq: 9 }),
    [position],
    now,
  );
  t.strictSame(rest, { resumeSeq: 9, ended: ['u:z'] });
  t.strictSame(all, [
    { utteranceId: 'u:b', nextIndex: 3, offset: 0 },
    { utteranceId: 'u:a', nextIndex: 1, offset: 4_800 },
  ]);
  t.match(place({ nextIndex: 2, offset: 0 }), { nextIndex: 2, offset: 0 }, 'a later sentence');
  t.match(place({ offset: 480 }), { offset: 480 }, 'it has gone back');
  t.match(place({ at: now - 200 }), { offset: 960 }, 'noted before the playhead');
  t.match(place({}, 2), { offset: 960 }, 'noted by one that was replaced');
  t.match(place({ utteranceId: 'u:b', nextIndex: 2 }), { utteranceId: 'u:a', offset: 960 });
  t.end();
});

void t.test('toResume() adds what began after the playhead, but nothing that has ended', (t) => {
  t.strictSame(toResume(kept({}), [position], now).partial, [
    { utteranceId: 'u:a', nextIndex: 1, offset: 4_800 },
  ]);
  t.strictSame(toResume(kept({ ended: ['u:a'] }), [position], now).partial, []);
  const ended = [{ utteranceId: 'u:a', nextIndex: 0xffff_ffff, offsetMs: 0 }];
  t.match(toResume(kept({ partial: ended }), [position], now).partial, [{ nextIndex: 0xffff_ffff }]);
  t.end();
});

void t.test('toResume() says nothing again of all that was heard since a playhead of long ago', (t) => {
  const partial = [{ utteranceId: 'u:a', nextIndex: 0, offsetMs: 20 }];
  const noted = [
    { ...position, at: now - 5_000, utteranceId: 'u:old', nextIndex: 0 },
    { ...position, at: now - 80, nextIndex: 2, offset: 0 },
    { ...position, at: now - 60, utteranceId: 'u:b', nextIndex: 1, offset: 0 },
    { ...position, at: now - 40, utteranceId: 'u:c', nextIndex: 0, offset: 960 },
  ];
  t.strictSame(toResume(kept({ partial }), noted, now).partial, [
    { utteranceId: 'u:a', nextIndex: 2, offset: 0 },
    { utteranceId: 'u:b', nextIndex: 1, offset: 0 },
    { utteranceId: 'u:c', nextIndex: 0, offset: 960 },
  ]);
  t.end();
});

void t.test('toResume() goes on with no filler', (t) => {
  const filler = { ...position, utteranceId: 'filler:k:1' };
  t.strictSame(toResume(kept({}), [filler], now).partial, []);
  t.end();
});

void t.test('toResume() goes on with nothing that began too long ago', (t) => {
  const partial = [{ utteranceId: 'u:a', nextIndex: 1, offsetMs: 20 }];
  const later = now + 1_000_000;
  t.strictSame(toResume(kept({ partial, resumeSeq: 4 }), [position], later), {
    resumeSeq: 4,
    ended: [],
    partial: [],
  });
  t.end();
});

void t.test('newest() takes the later holder, then the later word', (t) => {
  const early = kept({ at: 1 });
  const late = kept({ at: 2 });
  t.equal(newest(early, late), late);
  t.equal(newest(late, early), late);
  t.equal(newest(undefined, early), early);
  t.equal(newest(early, undefined), early);
  const successor = kept({ at: 0 }, 2);
  t.equal(newest(late, successor), successor);
  t.end();
});
