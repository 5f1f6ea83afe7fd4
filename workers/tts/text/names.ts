import { begin, number } from './fragments.ts';
import { sayCount, sayDigits, sayInteger, sayModel, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

/** Names in which signs, letters and numbers mean something else than elsewhere. */
export const names: Rule[] = [
  { id: 'c-plus-plus', pattern: /(?<![A-Za-z\d])C\+\+(?![+A-Za-z\d])/gu, say: 'C加加' },
  { id: 'c-sharp', pattern: /(?<![A-Za-z\d])([CF])#(?![^#\s]{1,40}#)/gu, say: '$1 Sharp ' },
  {
    id: 'processor',
    pattern: /(?<![A-Za-z\d])([iIR])([3579])[- ](\d{3,5})(?=[A-Z]{0,3}(?:\d[A-Z])?(?![A-Za-z\d.]))/gu,
    say: (_, letter, class_, model) => `${letter}${sayDigits(class_)} ${sayModel(model)}`,
  },
  {
    id: 'graphics-card',
    pattern: /(?<![A-Za-z\d])(RTX|GTX|RX) ?(\d{3,4})(?![\d.])/gu,
    say: (_, letters, model) => `${letters} ${sayModel(model)}`,
  },
  {
    id: 'model-before-suffix',
    pattern: /(?<![\d.A-Za-z])(\d{3,5})(?=(?:Ti|TI|XTX?|HX|HS|X3D|KF|KS)(?![A-Za-z\d]))/gu,
    say: sayModel,
  },
  {
    id: 'oil-grade',
    pattern: /(?<![\d.A-Za-z])(0|5|10|15|20|25)[wW]-(8|12|16|[2-6]0)(?![\d.A-Za-z元块瓦])/gu,
    say: (_, cold, warm) => `${sayOrdinal(cold)}W${sayOrdinal(warm)}`,
  },
  {
    id: 'charger',
    pattern: pattern`${begin}(${number}) ?[wW](?=(?:有线|无线)?(?:快充|闪充|超充|超级快充|充电))`,
    say: (_, power) => `${sayCount(power)}瓦`,
  },
  {
    id: 'karat',
    pattern: /(?<![\d.])(\d{1,2}) ?[kK](?= ?(?:(?:白|玫瑰|黄|纯|镀|包|铂|彩|足)?金(?!额)))/gu,
    say: (_, karat) => `${sayOrdinal(karat)}K`,
  },
  {
    id: 'picture',
    pattern: /(?<![\d.A-Za-z])([248])k(?= ?(?:电视|屏|超清|高清|画质|视频|显示器|投影|分辨率|摄像|蓝光|@))/gu,
    say: (_, lines) => `${sayDigits(lines)}K`,
  },
  {
    id: 'refresh-rate',
    pattern: /@ ?(?=\d{2,3} ?(?:[hH][zZ]|fps|FPS))/gu,
    say: ' ',
  },
  {
    id: 'fineness',
    pattern:
      /(?<![\d.])(9{3,5}|990|925|916|750)(?= ?(?:千?足金|[足纯]?银(?!行)|[纯黄]金|金(?![额币牌融])))/gu,
    say: sayDigits,
  },
  {
    id: 'number-brand',
    pattern:
      /(?<![\d.A-Za-z])(?:999(?=感冒灵|皮炎平)|88(?=会员|VIP|vip)|99(?=大促|划算节)|38(?=节|大促|女神|妇女)|361(?=度|°)|85(?=度C)|501(?=牛仔)|36(?=氪)|555(?=香烟|牌)|1688(?=网|平台|上|批发)|8848(?=手机)|502(?=胶)|84(?=消毒)|360(?=手机|安全卫士|浏览器|杀毒)|58(?=同城)|315(?=晚会|打假))/gu,
    say: sayDigits,
  },
  {
    id: 'protection',
    pattern: /(?<![A-Za-z\d])(IP(?=[0-6]\d)|KN(?=9\d)|N(?=9[5-9]))(\d{2})(?![\dA-Za-z.元块])/gu,
    say: (_, letters, digits) => letters + sayDigits(digits),
  },
  {
    id: 'level',
    pattern: /(?<![A-Za-z])[lL][vV]\. ?(?=\d)/gu,
    say: 'LV ',
  },
  {
    id: 'size-xs',
    pattern: /(?<![A-Za-z\d])(?:XS|xs(?= ?[码号/、]|[ ,]{1,2}[sSmMlL](?![A-Za-z])| ?[mM]ax))(?![A-Za-z\d])/gu,
    say: 'X S',
  },
  {
    id: 'size-range',
    pattern:
      /(?<![A-Za-z\d-])(\d?X{0,4}[SML]|\d{2}[A-H]) ?[-~] ?(?=(?:\d?X{0,4}[SML]|\d{2}[A-H])(?![A-Za-z\d-]))/gu,
    say: '$1到',
  },
  { id: 'sk-ii', pattern: /(?<![A-Za-z\d])SK-?(?:II|ll|Il|lI)(?![A-Za-z\d])/gu, say: 'SK二' },
  {
    id: 'garment',
    pattern: /(?<![\d./])(1[3-9]\d|20\d)\/(\d{2,3})([ABCY])(?![A-Za-z\d])/gu,
    say: (_, height, girth, build) => `${sayDigits(height)}、${sayDigits(girth)}${build}`,
  },
  { id: 'seven-eleven', pattern: /(?<![\d.A-Za-z])7-11(?=便利店|超市)/gu, say: '七十一' },
  { id: 'new-balance', pattern: /(?<![A-Za-z\d])NB[- ]?(?!6+(?!\d))(?=\d{3,4}(?!\d))/gu, say: 'N B ' },
  {
    id: 'shade-number',
    pattern: /(?<![\d.A-Za-z#])(\d{1,3})#(?=[色款]|汽油|柴油)/gu,
    say: (_, shade) => `${sayModel(shade)}号`,
  },
  {
    id: 'shade',
    pattern:
      /(?<=(?:迪奥|兰蔻|阿玛尼|圣罗兰|纪梵希|香奈儿|国窖|回力|(?<![A-Za-z])(?:New Balance|N B)) ?)(\d{3,4})(?![\d.]| ?(?:[元块件个支条双瓶折%A-Za-z]|毫升|克))/giu,
    say: (_, shade) => ` ${sayDigits(shade)}`,
  },
  {
    id: 'colour-temperature',
    pattern: /(?<![\d.A-Za-z])([1-9]\d00)(?:K|k(?=色温))(?![A-Za-z])/gu,
    say: (_, kelvin) => `${sayInteger(kelvin)}K`,
  },
  {
    id: 'yarn',
    pattern: /(?<![\d.A-Za-z])(\d{2,3}) ?[sS](?=面料|长绒|全棉|纯棉|棉|贡缎|天丝|纱|双股|四件套)/gu,
    say: (_, count) => `${sayInteger(count)}支`,
  },
  {
    id: 'horse-power',
    pattern: /(?<![\d.A-Za-z])(\d(?:\.\d)?) ?[pP](?= ?(?:空调|挂机|柜机|变频|冷暖))/gu,
    say: (_, power) => `${sayCount(power)}匹`,
  },
  { id: 'dealer', pattern: /(?<![\d.A-Za-z])([46])[sS](?=店)/gu, say: (_, count) => `${sayDigits(count)}S` },
  {
    id: 'dotted-name',
    pattern: /(?<![A-Za-z\d.])(?:(M)\.(?=2(?![\d.]))|(ID)\.(?=[2-8](?![\d.])))/gu,
    say: (_, slot) => (slot === '' ? 'ID ' : 'M点'),
  },
  {
    id: 'series',
    pattern: /(?<=宝马 ?)([1-8]\d{2})(?=(?:Li?|i|d)(?![A-Za-z]))/gu,
    say: sayDigits,
  },
  { id: 'quality-mark', pattern: /(?<![A-Za-z\d])QS(?=认证|标志|标识|生产)/gu, say: 'Q S' },
  { id: 'leading-point', pattern: /(?<=^|[¥$€£ ,~(:])\.(?=\d{1,2}(?![\d.]))/gu, say: '0.' },
];
