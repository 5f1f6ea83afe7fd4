import t from 'tap';
import { mixinKey, signQuery } from '../../../../workers/ingest/bilibili/wbi.ts';

// Published with the descriptions of the algorithm.
const image = 'https://i0.hdslb.com/bfs/wbi/7cd084941338484aae1ad9425b84077c.png';
const sub = 'https://i0.hdslb.com/bfs/wbi/4932caff0ff746eab6f01bf08b70ac45.png';

void t.test('mixinKey() and signQuery() give what is published', (t) => {
  const key = mixinKey(image, sub);
  t.equal(key, 'ea1db124af3c7062474693fa704f4ff8');
  t.equal(
    signQuery({ foo: '114', bar: '514', zab: 1_919_810 }, key, 1_702_204_169),
    'bar=514&foo=114&wts=1702204169&zab=1919810&w_rid=8f6f2b5b3d485fe1886cec6a0be8c5d4',
  );
  t.equal(mixinKey('https://example.com/short.png', sub), '', 'no keys, no key');
  t.end();
});
