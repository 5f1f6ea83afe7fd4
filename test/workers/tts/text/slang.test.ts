import t from 'tap';
import { digitSlang, letterSlang, mixedSlang } from '../../../../workers/tts/text/slang.ts';
import { checkRules } from './check-rules.ts';

void t.test('slang is said in the words that it stands for', async (t) => {
  checkRules(t, mixedSlang, {
    wifi: [
      ['wi-fi', 'WiFi'],
      ['Wi-Fi密码', 'WiFi密码'],
      ['wi-fix', 'wi fix'],
    ],
    'mixed-token': [
      ['u1s1', '有一说一'],
      ['U1S1这个好', '有一说一这个好'],
      ['3q', '谢谢'],
      ['8错', '不错'],
      ['1v1', '一对一'],
      ['au1s1', 'au 一s一'],
    ],
  });
  checkRules(t, digitSlang, {
    cheer: [
      ['666', '六六六'],
      ['主播666', '主播六六六'],
      ['66666666', '六六六六六六六六'],
      ['233', '二三三'],
      ['23333', '二三三三三'],
      ['666元', '六百六十六元'],
      ['66', '六十六'],
      ['1666', '一千六百六十六'],
    ],
    call: [
      ['公屏扣888', '公屏扣八八八'],
      ['打个888', '打个八八八'],
      ['刷波777', '刷波七七七'],
      ['扣88元', '扣八十八元'],
      ['扣88分', '扣八十八分'],
    ],
    'digits-alone': [
      ['88', '拜拜'],
      ['主播好，88', '主播好，拜拜'],
      ['555', '呜呜呜'],
      ['111', '一一一'],
      ['1', '一'],
      ['今天88', '今天八十八'],
      ['88个', '八十八个'],
      ['阿88', '阿八十八'],
    ],
    'digit-words': [
      ['1314520', '一三一四五二零'],
      ['520快乐', '五二零快乐'],
      ['1314', '一三一四'],
      ['618', '六一八'],
      ['只要520', '只要五百二十'],
      ['520个', '五百二十个'],
      ['卖了520', '卖了五百二十'],
    ],
  });
  checkRules(t, letterSlang, {
    laughter: [
      ['hhhh', '哈哈哈'],
      ['hh', '哈哈'],
      ['HHH', '哈哈哈'],
      ['hahaha', '哈哈哈'],
      ['have', 'have'],
      ['hhx', 'H H X'],
    ],
    'letter-words': [
      ['yyds', '永远的神'],
      ['YYDS', '永远的神'],
      ['主播nb', '主播牛'],
      ['xswl', '笑死我了'],
      ['awsl', '啊我死了'],
      ['zqsg', '真情实感'],
      ['plmm', '漂亮妹妹'],
      ['dd', '滴滴'],
      ['cpdd', 'C P滴滴'],
      ['pk', 'P K'],
      ['ok的', 'OK的'],
      ['vip', 'V I P'],
      ['up主', 'up主'],
      ['加vx', '加微信'],
      ['绝绝子', '绝绝子'],
      ['add', 'add'],
      ['yydsa', 'yydsa'],
      ['constructor', 'constructor'],
    ],
  });
});
