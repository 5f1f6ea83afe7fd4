import t from 'tap';
import { chooseRows } from '../../../ops/bench/choose-rows.ts';
import { rows } from '../../../ops/bench/supervisor/rows.ts';

void t.test('chooseRows() keeps the order of the bench, whatever is asked for', (t) => {
  t.same(chooseRows('bus, footprint', rows), ['footprint', 'bus']);
  t.same(chooseRows('', rows), Object.keys(rows));
  t.throws(() => chooseRows('bus,nothing', rows), /There is no row "nothing"; there are footprint, kills/);
  t.end();
});
