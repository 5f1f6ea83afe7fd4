import t from 'tap';
import { measures, wordMeasures } from '../../../../workers/tts/text/units.ts';
import { checkRules } from './check-rules.ts';

void t.test('measures are read with their units', async (t) => {
  checkRules(t, measures, {
    'volts-and-amperes': [
      ['5V2A', '五伏两安'],
      ['输出9V/2.22A', '输出九伏二点二二安'],
      ['5V', '五伏'],
      ['2A景区', '二A景区'],
    ],
    unit: [
      ['50μg', '五十微克'],
      ['2kg', '两公斤'],
      ['500 g', '五百克'],
      ['5mg', '五毫克'],
      ['500ml', '五百毫升'],
      ['2L', '两升'],
      ['1.5l', '一点五升'],
      ['180cm', '一百八十厘米'],
      ['5mm', '五毫米'],
      ['3m', '三米'],
      ['5km', '五公里'],
      ['60km/h', '六十公里每小时'],
      ['10㎡', '十平方米'],
      ['10m²', '十平方米'],
      ['2m³', '两立方米'],
      ['20℃', '二十摄氏度'],
      ['98°F', '九十八华氏度'],
      ['45°', '四十五度'],
      ['2.4GHz', '二点四吉赫'],
      ['50Hz', '五十赫兹'],
      ['256GB', '两百五十六G'],
      ['2TB', '二T'],
      ['5000mAh', '五千毫安时'],
      ['65W', '六十五瓦'],
      ['2kW', '两千瓦'],
      ['220V', '两百二十伏'],
      ['3min', '三分钟'],
      ['2h', '两小时'],
      ['10s', '十秒'],
      ['500ms', '五百毫秒'],
      ['55"', '五十五英寸'],
      ['30寸', '三十寸'],
      ['60dB', '六十分贝'],
      ['60fps', '六十帧'],
      ['100M宽带', '一百兆宽带'],
      ['3mini', '三 mini'],
      ['2gether', '二 gether'],
      ['iPhone5s', 'iPhone 五s'],
      ['2G', '二G'],
    ],
  });
  checkRules(t, wordMeasures, {
    'unit-behind-words': [
      ['五百ml', '五百毫升'],
      ['两kg', '两公斤'],
      ['半km', '半公里'],
      ['一kgs', '一K G S'],
      ['好ml', '好M L'],
    ],
  });
});
