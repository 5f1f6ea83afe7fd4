import t from 'tap';
import type { PlaybackState, Priority } from '../../../protocol/speech.ts';
import type { PlaybackFacts } from '../../../workers/audio/playback-state.ts';
import { mayFollow, stateOf } from '../../../workers/audio/playback-state.ts';

const priorities: (Priority | undefined)[] = [undefined, 'urgent', 'normal', 'idle'];
const both = [false, true];
const states: PlaybackState[] = ['idle', 'buffering', 'speaking', 'yielding', 'filling', 'paused'];

/** Every combination of facts that there is. */
function* everything(): Generator<PlaybackFacts> {
  for (const playing of priorities)
    for (const floor of priorities)
      for (const isIdleInterrupted of both)
        for (const isReplyReady of both)
          for (const isFilling of both)
            for (const isPaused of both)
              for (const isAccepting of both)
                yield { playing, floor, isIdleInterrupted, isReplyReady, isFilling, isPaused, isAccepting };
}

const nothing: PlaybackFacts = {
  playing: undefined,
  floor: undefined,
  isIdleInterrupted: false,
  isReplyReady: false,
  isFilling: false,
  isPaused: false,
  isAccepting: true,
};

void t.test('stateOf() has one state for any facts, and tells what is heard before what waits', async (t) => {
  const problems: string[] = [];
  let count = 0;
  for (const facts of everything()) {
    count += 1;
    const state = stateOf(facts);
    const isHeard = facts.isAccepting && !facts.isPaused;
    const expect = (holds: boolean, what: string) => {
      if (!holds) problems.push(`${what}: ${state} from ${JSON.stringify(facts)}`);
    };
    expect(states.includes(state), 'a state');
    expect((state === 'paused') === !isHeard, 'paused exactly when nobody can or shall hear');
    if (!isHeard) continue;
    expect((state === 'filling') === facts.isFilling, 'filling exactly while something kept is heard');
    if (facts.isFilling) continue;
    const isSaid = facts.playing !== undefined;
    if (isSaid) expect(['speaking', 'yielding'].includes(state), 'an utterance is heard');
    else expect(state !== 'speaking', 'speaking only what is heard');
    if (state === 'yielding')
      expect(facts.isIdleInterrupted || facts.floor === 'idle', 'yielding only with a script that goes on');
    if (state === 'idle')
      expect(facts.floor === undefined && !facts.isIdleInterrupted, 'idle only with nothing begun');
  }
  t.equal(count, 512);
  t.strictSame(problems.slice(0, 5), []);
});

void t.test('stateOf() names the situations of a show', async (t) => {
  const situations: [PlaybackState, Partial<PlaybackFacts>][] = [
    ['idle', {}],
    ['idle', { isReplyReady: true }],
    ['speaking', { playing: 'idle', floor: 'idle', isReplyReady: true }],
    ['yielding', { playing: 'normal', floor: 'normal', isIdleInterrupted: true }],
    ['speaking', { playing: 'idle', floor: 'idle', isIdleInterrupted: true }],
    ['buffering', { floor: 'normal' }],
    ['buffering', { floor: 'normal', isIdleInterrupted: true }],
    ['buffering', { floor: 'idle' }],
    ['yielding', { floor: 'idle', isReplyReady: true }],
    ['filling', { floor: 'normal', isFilling: true }],
    ['paused', { floor: 'normal', isPaused: true }],
    ['paused', { playing: 'urgent', isAccepting: false }],
  ];
  for (const [state, facts] of situations) t.equal(stateOf({ ...nothing, ...facts }), state);
});

void t.test('mayFollow() lets every state be reached and left, and no filler follow speech', async (t) => {
  for (const from of states) {
    t.notOk(mayFollow(from, from), 'a state that stays is no change');
    t.ok(states.some((to) => mayFollow(from, to)));
    t.ok(states.some((before) => mayFollow(before, from)));
    if (from !== 'paused') {
      t.ok(mayFollow(from, 'paused'), 'a pause may come at any time');
      t.ok(mayFollow('paused', from), 'and what it has interrupted goes on');
    }
  }
  t.notOk(mayFollow('speaking', 'filling'));
  t.notOk(mayFollow('yielding', 'filling'));
});
