import t from 'tap';
import { names } from '../../../../workers/tts/text/names.ts';
import { checkRules } from './check-rules.ts';

void t.test('names are read as those who know them say them', async (t) => {
  checkRules(t, names, {
    'c-plus-plus': [
      ['C++', 'C加加'],
      ['学C++的', '学C加加的'],
      ['A+B', 'A加B'],
    ],
    'c-sharp': [
      ['C#', 'C Sharp'],
      ['C#语言', 'C Sharp 语言'],
      ['ABC#新款#', 'A B C 新款'],
    ],
    processor: [
      ['i7-12700H处理器', 'i七 一二七零零H处理器'],
      ['R7 5800H', 'R七 五八零零H'],
      ['i5-13500HX', 'i五 一三五零零H X'],
      ['续航120H', '续航一百二十小时'],
      ['i7 8个', 'i七 八个'],
    ],
    'graphics-card': [
      ['RTX 4060', 'R T X 四零六零'],
      ['RTX4060Ti', 'R T X 四零六零Ti'],
      ['RX 580', 'R X 五八零'],
    ],
    'model-before-suffix': [
      ['RTX 4060Ti', 'R T X 四零六零Ti'],
      ['4060Ti显卡', '四零六零Ti显卡'],
      ['500ml', '五百毫升'],
    ],
    'oil-grade': [
      ['5W-30机油', '五W三十机油'],
      ['0w-20', '零W二十'],
      ['5W-30W', '五瓦到三十瓦'],
    ],
    charger: [
      ['30w快充', '三十瓦快充'],
      ['65W无线充电', '六十五瓦无线充电'],
      ['3w', '三万'],
      ['3w粉', '三万粉'],
    ],
    'seven-eleven': [
      ['7-11便利店', '七十一便利店'],
      ['7-11', '七到十一'],
      ['17-11便利店', '十七减十一便利店'],
    ],
    'leading-point': [
      ['.5', '零点五'],
      ['￥.5', '五毛'],
      ['$.5', '零点五美元'],
      ['好.5件', '好。五件'],
    ],
  });
});
