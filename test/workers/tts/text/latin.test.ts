import t from 'tap';
import { latin } from '../../../../workers/tts/text/latin.ts';
import { checkRules } from './check-rules.ts';

void t.test('latin spells what is no word', async (t) => {
  checkRules(t, latin, {
    capitals: [
      ['USB-C', 'U S B C'],
      ['LED灯', 'L E D灯'],
      ['XXL', 'X X L'],
      ['PRO', 'PRO'],
      ['LANCOME', 'LANCOME'],
      ['T恤', 'T恤'],
      ['B站K歌', 'B站K歌'],
      ['Type-C', 'Type C'],
      ['WiFi', 'WiFi'],
      ['S码M号', 'S码M号'],
      ['AT&T', 'A T和T'],
    ],
    unpronounceable: [
      ['tmd', 'T M D'],
      ['pvc管', 'P V C管'],
      ['why', 'why'],
      ['hello', 'hello'],
      ['bcdfghj', 'bcdfghj'],
    ],
  });
});
