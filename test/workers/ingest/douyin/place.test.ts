import t from 'tap';
import type { Place } from '../../../../workers/ingest/douyin/place.ts';
import { readPlace, writePlace } from '../../../../workers/ingest/douyin/place.ts';

const place: Place = {
  at: 1_700_000_000_000,
  info: { status: 'live', roomId: '11', userUniqueId: '12', anchorId: '', title: '卖水果', anchor: '小红' },
  ttwid: 'visitor',
  pushUrl: 'wss://push.example',
  resume: { cursor: 'c', internalExt: 'e|f' },
};

void t.test('readPlace() gives back what writePlace() wrote', async (t) => {
  t.same(readPlace(writePlace(place)), place);
});

void t.test('readPlace() takes nothing else', async (t) => {
  const others = [
    '',
    'null',
    '{',
    '[]',
    '{"at":1}',
    writePlace({ ...place, info: { ...place.info, roomId: 'x&y' } }),
    writePlace({ ...place, info: { ...place.info, status: 'offline' } }),
  ];
  for (const text of others) t.equal(readPlace(text), undefined, text);
});
