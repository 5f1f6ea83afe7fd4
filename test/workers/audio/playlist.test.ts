import t from 'tap';
import type { Segment } from '../../../protocol/speech.ts';
import { Playlist } from '../../../workers/audio/playlist.ts';
import type { Resume } from '../../../workers/audio/line.ts';
import { causeOf, segmentOf } from './fixtures.ts';

interface Fake {
  samples: number;
  bytes: number;
}

const second = 48_000;
const fresh: Resume = { resumeSeq: 1, ended: [], partial: [] };

function open(given: { resume?: Resume; maxUtterances?: number; maxBytes?: number } = {}) {
  return new Playlist<Fake>({
    slotTimeoutMs: 1_500,
    maxUtterances: given.maxUtterances ?? 100,
    maxBytes: given.maxBytes ?? 1e9,
    resume: given.resume ?? fresh,
  });
}

let seq = 0;

function ready(playlist: Playlist<Fake>, segment: Segment, samples = second): void {
  playlist.see(segment, ++seq);
  playlist.put(segment, { samples, bytes: samples * 2 });
}

function missing(playlist: Playlist<Fake>, segment: Segment, reason: string): void {
  playlist.see(segment, ++seq);
  playlist.miss(segment, reason);
}

/** Hears whole segments until nothing can be played, and says which. */
function hearAll(playlist: Playlist<Fake>, now = 0): string[] {
  const heard: string[] = [];
  for (let cue = playlist.next(now); cue; cue = playlist.next(now)) {
    heard.push(`${cue.utteranceId.slice(2)}/${cue.index}`);
    playlist.at(cue.sound.samples);
    playlist.heard();
  }
  return heard;
}

const endings = (playlist: Playlist<Fake>): string[] =>
  playlist
    .takeEndings()
    .map(({ utteranceId, what, reason }) => `${utteranceId.slice(2)} ${what} ${reason}`.trim());

void t.test('next() plays the segments of an utterance in order, whatever order they came in', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 2, { last: true }));
  ready(playlist, segmentOf('a', 1));
  t.equal(playlist.next(0), undefined);
  ready(playlist, segmentOf('a', 0));
  t.strictSame(hearAll(playlist), ['a/0', 'a/1', 'a/2']);
  t.strictSame(endings(playlist), ['a spoken']);
});

void t.test('next() takes urgent before normal before idle, each in the order of arrival', async (t) => {
  const playlist = open();
  for (const [name, priority] of [
    ['i', 'idle'],
    ['n1', 'normal'],
    ['n2', 'normal'],
    ['u', 'urgent'],
  ] as const) {
    ready(playlist, segmentOf(name, 0, { priority, last: true }));
  }
  t.strictSame(hearAll(playlist), ['u/0', 'n1/0', 'n2/0', 'i/0']);
});

void t.test('next() finishes a normal utterance that was begun before anything urgent', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('n', 0));
  ready(playlist, segmentOf('n', 1, { last: true }));
  t.match(playlist.next(0), { utteranceId: 'u:n', index: 0 });
  ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
  playlist.heard();
  t.strictSame(hearAll(playlist), ['n/1', 'u/0']);
});

void t.test('next() lets an idle utterance yield at a sentence end and go on afterwards', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('i', 0, { priority: 'idle' }));
  ready(playlist, segmentOf('i', 1, { priority: 'idle', last: true }));
  ready(playlist, segmentOf('j', 0, { priority: 'idle', last: true }));
  playlist.next(0);
  ready(playlist, segmentOf('n', 0, { last: true }));
  playlist.heard();
  t.strictSame(hearAll(playlist), ['n/0', 'i/1', 'j/0']);
});

void t.test(
  'next() waits for a missing segment until the slot times out, then lets others speak',
  async (t) => {
    const playlist = open();
    ready(playlist, segmentOf('a', 0));
    ready(playlist, segmentOf('b', 0));
    ready(playlist, segmentOf('b', 1, { last: true }));
    playlist.next(1_000);
    playlist.heard();
    t.equal(playlist.next(1_000), undefined);
    t.match(playlist.facts(), { playing: undefined, floor: 'normal', isReplyReady: true });
    t.equal(playlist.next(2_499), undefined);
    t.match(playlist.next(2_500), { utteranceId: 'u:b', index: 0 });
    ready(playlist, segmentOf('a', 1, { last: true }));
    ready(playlist, segmentOf('c', 0, { priority: 'urgent', last: true }));
    playlist.heard();
    t.strictSame(hearAll(playlist, 2_500), ['b/1', 'a/1', 'c/0'], 'a goes on before anything new begins');
  },
);

void t.test(
  'next() lets replies in at once while an idle utterance waits for its next sentence',
  async (t) => {
    const playlist = open();
    ready(playlist, segmentOf('i', 0, { priority: 'idle' }));
    ready(playlist, segmentOf('j', 0, { priority: 'idle', last: true }));
    playlist.next(0);
    playlist.heard();
    t.equal(playlist.next(10), undefined, 'another idle line has to wait');
    ready(playlist, segmentOf('n', 0, { last: true }));
    t.strictSame(hearAll(playlist, 20), ['n/0', 'j/0']);
  },
);

void t.test(
  'tick() ends what was not begun at its expiry, and what was begun as partly spoken',
  async (t) => {
    const playlist = open();
    ready(playlist, segmentOf('a', 0, { expiresAt: 1_000 }));
    ready(playlist, segmentOf('b', 0, { expiresAt: 1_000, last: true }));
    playlist.next(0);
    playlist.at(second);
    playlist.tick(1_000);
    t.strictSame(endings(playlist), ['b expired expired']);
    playlist.heard();
    playlist.tick(1_001);
    t.strictSame(endings(playlist), ['a spoken expired']);
    t.equal(playlist.see(segmentOf('a', 1), ++seq), 'ended');
  },
);

void t.test('tick() lets a begun utterance whose next segment is there go on past its expiry', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 0, { expiresAt: 1_000 }));
  ready(playlist, segmentOf('a', 1, { expiresAt: 1_000, last: true }));
  playlist.next(900);
  playlist.heard();
  playlist.tick(2_000);
  t.strictSame(hearAll(playlist, 2_000), ['a/1']);
});

void t.test('miss() passes over a segment without sound and keeps the reason', async (t) => {
  const playlist = open();
  missing(playlist, segmentOf('a', 0), 'engine refused');
  ready(playlist, segmentOf('a', 1));
  missing(playlist, segmentOf('a', 2, { last: true }), 'too long');
  t.strictSame(hearAll(playlist), ['a/1']);
  t.strictSame(endings(playlist), ['a spoken engine refused']);
});

void t.test('miss() ends an utterance of which nothing has sound: failed, or expired', async (t) => {
  const playlist = open();
  missing(playlist, segmentOf('a', 0), 'expired');
  missing(playlist, segmentOf('a', 1, { last: true }), 'engine refused');
  missing(playlist, segmentOf('b', 0, { last: true }), 'expired');
  t.strictSame(endings(playlist), ['a failed engine refused', 'b expired expired']);
});

void t.test(
  'miss() says nothing of the end of an answer that was thought of while it was heard',
  async (t) => {
    const playlist = open();
    ready(playlist, segmentOf('a', 0));
    missing(playlist, segmentOf('a', 1, { last: true }), 'nothing to say');
    missing(playlist, segmentOf('b', 0), 'expired');
    missing(playlist, segmentOf('b', 1, { last: true }), 'nothing to say');
    missing(playlist, segmentOf('c', 0, { last: true }), 'nothing to say');
    t.strictSame(hearAll(playlist), ['a/0']);
    const ended = ['b expired expired', 'c failed nothing to say', 'a spoken'];
    t.strictSame(endings(playlist).toSorted(), ended.toSorted());
  },
);

void t.test('put() ignores a segment that is there already or was heard', async (t) => {
  const playlist = open();
  const first = segmentOf('a', 0);
  ready(playlist, first, 100);
  t.equal(playlist.see(first, ++seq), 'known');
  ready(playlist, first, 999);
  t.equal(playlist.next(0)?.sound.samples, 100);
  playlist.heard();
  ready(playlist, first, 999);
  t.equal(playlist.next(5_000), undefined);
});

void t.test('takeEndings() carries the causes of all segments and the whole text', async (t) => {
  const playlist = open();
  const causes = [causeOf('a'), causeOf('b', { merged: true })];
  ready(playlist, segmentOf('a', 0, { causes, script: ['one.', 'two.'] }));
  ready(playlist, segmentOf('a', 1, { causes, last: true }));
  hearAll(playlist);
  const [ending] = playlist.takeEndings();
  t.strictSame(ending?.causes, causes);
  t.equal(ending?.text, 'one.two.');
});

void t.test('tick() sheds the newest of the least worth when too many wait', async (t) => {
  const playlist = open({ maxUtterances: 2 });
  ready(playlist, segmentOf('i', 0, { priority: 'idle', last: true }));
  ready(playlist, segmentOf('n1', 0, { last: true }));
  ready(playlist, segmentOf('n2', 0, { last: true }));
  ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
  playlist.tick(0);
  t.strictSame(endings(playlist), ['i shed too many waiting', 'n2 shed too many waiting']);

  const small = open({ maxBytes: 5 * second });
  for (const name of ['a', 'b', 'c']) ready(small, segmentOf(name, 0, { last: true }));
  small.tick(0);
  t.strictSame(endings(small), ['c shed too many waiting']);
});

void t.test('drain() finishes what plays and what is urgent, and skips the rest', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('i', 0, { priority: 'idle' }));
  ready(playlist, segmentOf('i', 1, { priority: 'idle', last: true }));
  playlist.next(0);
  ready(playlist, segmentOf('n', 0, { last: true }));
  ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
  playlist.drain();
  t.strictSame(endings(playlist), ['n skipped stopping']);
  ready(playlist, segmentOf('late', 0, { last: true }));
  playlist.at(second);
  t.notOk(playlist.isDrained(0));
  playlist.heard();
  t.strictSame(hearAll(playlist), ['u/0']);
  t.ok(playlist.isDrained(0));
  playlist.cut();
  t.strictSame(endings(playlist), ['i spoken stopping', 'u spoken']);
  t.strictSame(playlist.view().queued, ['u:late'], 'for the successor');
});

void t.test(
  'cut() ends a partly heard utterance as spoken, and leaves urgent ones for the successor',
  async (t) => {
    const playlist = open();
    ready(playlist, segmentOf('a', 0, { last: true }));
    playlist.next(0);
    playlist.at(100);
    ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
    playlist.drain();
    playlist.cut();
    t.strictSame(endings(playlist), ['a spoken cut short']);
    playlist.settled('u:a');
    t.match(playlist.view(), { queued: ['u:u'], ended: ['u:a'] });
    t.match(playlist.facts(), { playing: undefined, floor: undefined });
  },
);

void t.test('isDrained() waits no longer than the slot for a segment that does not come', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 0));
  playlist.next(0);
  playlist.at(second);
  playlist.heard();
  playlist.drain();
  t.notOk(playlist.isDrained(100));
  t.ok(playlist.isDrained(1_600));
});

void t.test('view() names the first sequence that is still needed, and what lies behind it', async (t) => {
  const playlist = open();
  const at = seq;
  ready(playlist, segmentOf('a', 0, { last: true }));
  ready(playlist, segmentOf('b', 0, { expiresAt: 10, last: true }));
  playlist.tick(10);
  t.equal(playlist.view().resumeSeq, at + 1);
  playlist.settled('u:b');
  t.match(playlist.view(), { resumeSeq: at + 1, ended: ['u:b'] });
  playlist.next(10);
  playlist.at(24_000);
  t.match(playlist.view(), {
    queuedMs: 500,
    offsetMs: 500,
    partial: [{ utteranceId: 'u:a', nextIndex: 0, offsetMs: 500 }],
  });
  playlist.heard();
  t.match(
    playlist.view(),
    { resumeSeq: at + 1, partial: [{ nextIndex: 0xffff_ffff, offsetMs: 0 }] },
    'not settled yet',
  );
  playlist.settled('u:a');
  t.match(playlist.view(), { resumeSeq: at + 3, partial: [], ended: ['u:b', 'u:a'] });
});

void t.test('see() goes on where an earlier process stopped', async (t) => {
  const resume = {
    resumeSeq: 5,
    ended: ['u:done'],
    partial: [
      { utteranceId: 'u:a', nextIndex: 1, offset: 4_800 },
      { utteranceId: 'u:over', nextIndex: 1, offset: 0 },
    ],
  };
  const playlist = open({ resume });
  t.match(playlist.view(), { resumeSeq: 5, ended: ['u:done'] });
  t.equal(playlist.see(segmentOf('done', 0, { last: true }), 5), 'ended');
  t.equal(playlist.see(segmentOf('over', 0, { last: true }), 6), 'ended', 'heard, but not written down');
  t.strictSame(endings(playlist), ['over spoken']);
  const first = segmentOf('a', 0);
  t.equal(playlist.see(first, 7), 'known');
  const next = segmentOf('a', 1, { last: true });
  playlist.see(next, 8);
  playlist.put(next, { samples: second, bytes: 1 });
  t.match(playlist.next(0), { utteranceId: 'u:a', index: 1, from: 4_800 });
});

void t.test('next() refuses to begin a segment while another plays', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 0));
  playlist.next(0);
  t.throws(() => playlist.next(0), /while "u:a" plays/);
});

void t.test('see() keeps the causes of a burst, so that each has its outcome', async (t) => {
  const playlist = open();
  const causes = Array.from({ length: 5_000 }, (_, index) => causeOf(`c${index}`));
  ready(playlist, segmentOf('a', 0, { last: true, causes }));
  hearAll(playlist);
  t.equal(playlist.takeEndings()[0]?.causes.length, 5_000);
});

void t.test('next() begins nothing new while catching up, but goes on with what was begun', async (t) => {
  const partial = [{ utteranceId: 'u:a', nextIndex: 0, offset: 100 }];
  const playlist = open({ resume: { resumeSeq: 1, ended: [], partial } });
  playlist.catchingUp = true;
  ready(playlist, segmentOf('n', 0, { last: true }));
  t.equal(playlist.next(0), undefined);
  t.notOk(playlist.isDrained(0));
  ready(playlist, segmentOf('a', 0, { last: true }));
  t.strictSame(hearAll(playlist), ['a/0']);
  ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
  t.equal(playlist.next(0), undefined);
  playlist.catchingUp = false;
  t.strictSame(hearAll(playlist), ['u/0', 'n/0']);
});

void t.test('tick() says that no output works, and ends what was begun only after a moment', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 0, { last: true, expiresAt: 1_000 }));
  ready(playlist, segmentOf('b', 0, { last: true, expiresAt: 2_000 }));
  ready(playlist, segmentOf('c', 0, { last: true, expiresAt: 1_800_000 }));
  playlist.next(900);
  playlist.at(960);
  playlist.pause(0);
  playlist.tick(2_000, { since: 1_500, reason: 'no output works' });
  t.strictSame(endings(playlist), ['b expired no output works']);
  t.match(playlist.view().queued, ['u:a', 'u:c']);
  playlist.tick(3_500, { since: 1_500, reason: 'no output works' });
  t.strictSame(endings(playlist), ['a expired no output works'], 'nothing of it was heard');
  t.strictSame(hearAll(playlist, 1_700_000), ['c/0'], 'what may wait is said later');
});

void t.test('pause() keeps the place within a segment', async (t) => {
  const playlist = open();
  ready(playlist, segmentOf('a', 0, { last: true }));
  ready(playlist, segmentOf('u', 0, { priority: 'urgent', last: true }));
  playlist.next(0);
  playlist.heard();
  playlist.next(0);
  playlist.at(5_000);
  playlist.pause(4_000);
  t.match(playlist.view(), { utteranceId: 'u:a', queued: ['u:a'] });
  t.match(playlist.facts(), { playing: undefined, floor: 'normal' });
  t.match(playlist.next(0), { utteranceId: 'u:a', from: 4_000 });
});
