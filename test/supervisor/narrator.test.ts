import t from 'tap';
import { narrate } from '../../supervisor/narrator.ts';
import { alive, childOf, keptLog, worker } from './some-children.ts';

void t.test('narrate() writes every change down, and says what is worth a line', (t) => {
  const { log, messages } = keptLog('info');
  const lines: string[] = [];
  const narration = { log, say: (line: string) => lines.push(line), now: 0, at: 0 };
  const spare = childOf('tts', { life: alive('initialised') });
  const child = worker('tts');
  const duty = { lease: 'tts/1', epoch: 2 };
  narrate({ kind: 'changed', before: childOf('tts'), child: spare, on: 'initialised' }, narration);
  narrate({ kind: 'changed', before: spare, child, on: 'started' }, narration);
  narrate({ kind: 'promoted', child, duty, reason: 'first' }, narration);
  narrate({ kind: 'promoted', child, duty, reason: 'takes over' }, narration);
  narrate({ kind: 'reload', phase: 'preparing', edition: 2, reason: '' }, narration);
  narrate({ kind: 'reload', phase: 'rolling-back', edition: 1, reason: 'not ready' }, narration);
  narrate({ kind: 'gone', id: 'tts' }, narration);
  narrate({ kind: 'effect', child, effect: { kind: 'spawn' } }, narration);
  t.same(lines, [
    'tts started',
    'tts takes over tts/1',
    'reload: preparing',
    'reload: rolling-back (not ready)',
  ]);
  t.same(messages, [
    'child changed',
    'child changed',
    'child promoted',
    'child promoted',
    'reload',
    'reload',
    'child gone',
  ]);
  t.end();
});
