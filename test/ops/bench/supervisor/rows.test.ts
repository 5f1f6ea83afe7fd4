import t from 'tap';
import { chooseRows, rows } from '../../../../ops/bench/supervisor/rows.ts';

void t.test('chooseRows() keeps the order of the bench, whatever is asked for', (t) => {
  t.same(chooseRows('bus, footprint'), ['footprint', 'bus']);
  t.same(chooseRows(''), Object.keys(rows));
  t.throws(() => chooseRows('bus,nothing'), /There is no row "nothing"; there are footprint, kills/);
  t.end();
});
