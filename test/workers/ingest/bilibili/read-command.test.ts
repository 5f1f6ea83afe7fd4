import t from 'tap';
import { BilibiliGifts } from '../../../../workers/ingest/bilibili/gifts.ts';
import { readCommand } from '../../../../workers/ingest/bilibili/read-command.ts';

const receivedAt = 1_790_000_000_000;
const read = (command: object) => readCommand(JSON.stringify(command), receivedAt, new BilibiliGifts());

void t.test('readCommand() reads the text of a chat whose further data are damaged', (t) => {
  const shown = [0, 1, 25, 1, receivedAt, 1, 0, 'h', 0, 0, 0, '', 0, '{}', '{}', { extra: '{"id_str":' }];
  const info = [shown, '你好', ['9007199254740993', '小明', 0], [], [1]];
  const { observations } = read({ cmd: 'DANMU_MSG', info });
  t.match(observations, [{ viewer: { id: '9007199254740993' }, body: { kind: 'chat', text: '你好' } }]);
  t.match(observations[0]?.messageId, /^h[\da-f]{20}$/);
  t.end();
});

void t.test('readCommand() tells free gifts apart that two viewers gave in the same second', (t) => {
  const gift = (uid: string) => {
    const data = {
      uid,
      uname: '观众',
      giftId: 1,
      giftName: '辣条',
      num: 1,
      coin_type: 'silver',
      rnd: '1790000000',
    };
    return read({ cmd: 'SEND_GIFT', data }).observations[0]?.messageId;
  };
  t.not(gift('7'), gift('8'));
  t.equal(gift('7'), gift('7'), 'one that is sent again is known');
  t.end();
});

void t.test('readCommand() takes figures and warnings that come again for new ones', (t) => {
  const commands = [
    { cmd: 'ONLINE_RANK_COUNT', data: { count: 100 } },
    { cmd: 'WATCHED_CHANGE', data: { num: 7 } },
    { cmd: 'WARNING', msg: '违规' },
    { cmd: 'CUT_OFF', msg: '违规' },
  ];
  for (const command of commands) {
    const idAt = (at: number) =>
      readCommand(JSON.stringify(command), at, new BilibiliGifts()).observations[0]?.messageId;
    t.not(idAt(receivedAt), idAt(receivedAt + 5_000), command.cmd);
  }
  t.end();
});
