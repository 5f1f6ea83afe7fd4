import t from 'tap';
import {
  checkTestSignature,
  stubOf,
  testSignature,
} from '../../../../../ops/sim/douyin-room/wire/signature.ts';

const request = {
  roomId: '7659772534023654196',
  userUniqueId: '7659776308930922010',
  sdkVersion: '1.0.15',
};

void t.test('stubOf() makes the known X-MS-STUB of a known room', async (t) => {
  t.equal(stubOf(request), '94d8b625e851f0a1f70db875514e621c');
});

void t.test('checkTestSignature() accepts the signature of the same request alone', async (t) => {
  const signature = testSignature(stubOf(request));
  t.equal(signature.length, 16);
  t.ok(checkTestSignature(request, signature));
  t.notOk(checkTestSignature({ ...request, userUniqueId: '1' }, signature));
  t.notOk(checkTestSignature(request, ''));
});
