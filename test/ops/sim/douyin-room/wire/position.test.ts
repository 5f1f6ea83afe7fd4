import t from 'tap';
import { readCursor, writePosition } from '../../../../../ops/sim/douyin-room/wire/position.ts';

void t.test(
  'readCursor() finds the message that a position covers, and nothing in other texts',
  async (t) => {
    const { cursor, internalExt } = writePosition({
      roomId: '7659772534023654196',
      userUniqueId: '7659776308930922010',
      lastMsgId: 7659772534023654199n,
      firstAt: 1000,
      now: 2000,
      seq: 4,
    });
    t.equal(readCursor(cursor), 7659772534023654199n);
    t.match(
      internalExt,
      /^internal_src:dim\|wss_push_room_id:7659772534023654196\|wss_push_did:7659776308930922010\|/,
    );
    t.equal(readCursor(''), undefined);
    t.equal(readCursor('1638052413159_7035_7035'), undefined);
  },
);
