import t from 'tap';
import { missedFigures } from '../../../../ops/bench/tts/gate-row.ts';

void t.test('missedFigures() counts right sounds that were refused, and wrong ones that were not', (t) => {
  const reasons = new Map<string, number>();
  const figures = missedFigures([
    { kind: 'one', group: 'clean', sounds: 50, refused: 1, reasons },
    { kind: 'two', group: 'lesson', sounds: 50, refused: 0, reasons },
    { kind: 'three', group: 'truncated', sounds: 40, refused: 39, reasons },
    { kind: 'four', group: 'told', sounds: 40, refused: 3, reasons },
  ]);
  const value = (begin: string) => figures.find(({ what }) => what.startsWith(begin))?.value;
  t.equal(value('right sounds refused'), 1);
  t.equal(value('truncated'), 2.5);
  t.equal(value('mendable'), 0);
  t.end();
});
