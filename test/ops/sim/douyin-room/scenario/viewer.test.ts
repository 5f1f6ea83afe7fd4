import t from 'tap';
import {
  anonymous,
  initial,
  viewerNamed,
  viewerSchema,
} from '../../../../../ops/sim/douyin-room/scenario/viewer.ts';

void t.test('viewerNamed() makes the same viewer for a name, and another for another', async (t) => {
  t.same(viewerNamed('小鹿'), viewerNamed('小鹿'));
  t.not(viewerNamed('小鹿').id, viewerNamed('小路').id);
});

void t.test('viewerNamed() gives some an id past 2^53, and none past 2^63', async (t) => {
  const ids = Array.from({ length: 400 }, (_, index) => BigInt(viewerNamed(`viewer ${index}`).id));
  const wide = ids.filter((id) => id > 2n ** 53n).length;
  t.ok(wide > 20 && wide < 100, `${wide} of 400`);
  t.ok(ids.every((id) => id > 0n && id < 2n ** 63n));
});

void t.test('anonymous() shows a viewer as guests do', async (t) => {
  t.match(anonymous(viewerNamed('小鹿')), { id: '111111', nickname: '小***' });
  t.equal(initial('🐱猫'), '🐱');
});

void t.test('viewerSchema changes what is given and keeps the rest', async (t) => {
  t.same(viewerSchema.parse('豆豆'), viewerNamed('豆豆'));
  t.same(viewerSchema.parse({ nickname: '豆豆', level: 50 }), { ...viewerNamed('豆豆'), level: 50 });
  t.throws(() => viewerSchema.parse({ nickname: '豆豆', id: 'x' }));
});
