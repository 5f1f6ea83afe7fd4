import t from 'tap';
import { Treated } from '../../workers/treated.ts';

const message = (reply: string) => ({ reply, info: {} }) as unknown as Parameters<Treated['hold']>[0];

void t.test('Treated tells what is being worked on, before and after', (t) => {
  const told: string[][] = [];
  const treated = new Treated((acks) => told.push(acks));
  {
    using _outer = treated.hold(message('a'));
    {
      using _inner = treated.hold(message('b'), message('c'));
      t.same(told.at(-1), ['a', 'b', 'c']);
    }
    t.same(told.at(-1), ['a']);
  }
  t.same(told, [['a'], ['a', 'b', 'c'], ['a'], []]);
  t.end();
});
