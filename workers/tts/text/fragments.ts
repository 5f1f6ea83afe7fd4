/** Parts of patterns that several tables use. */

/** Up to twelve digits and six decimals: what is longer has been read out digit by digit. */
export const number = String.raw`\d{1,12}(?:\.\d{1,6})?`;
/** No number and no word goes on before. */
export const begin = String.raw`(?<![\d.A-Za-z])`;
/** No number goes on after. */
export const end = String.raw`(?!\d|\.\d)`;
/** No word goes on after. */
export const wordEnd = String.raw`(?![A-Za-z\d])`;

/** Words before which two is 两. */
export const measure = [
  '个月|公斤|千克|毫克|厘米|毫米|公里|千米|英寸|英尺|毫升|小时|分钟|刻钟|星期|礼拜|平方米|平米|立方米',
  '单(?![元独人])|次(?!元)|把(?!手)|分(?!之)|年(?!级)',
  '[个件斤样条双套支瓶盒包袋箱位款种份台部张片只根颗粒杯碗本册页遍回人名天夜晚周岁层口家间场轮票株棵朵束枚盏副对组串堆桶罐听管卷匹辆艘架座扇封幅首句段篇项顿餐锅盘勺滴步声波批元块毛角秒米克升吨磅寸尺丈亩里倍成度百千万亿]',
].join('|');

/** Signs of units that stand directly behind a number, for ranges and products. */
export const unitSign = String.raw`(?:kg|KG|mg|g|ml|mL|ML|L|cm|CM|mm|MM|km|m|GHz|MHz|Hz|GB|TB|G|mAh|kW|W|V|°C|°F|°|%|‰|min|h|s|w|k)`;
