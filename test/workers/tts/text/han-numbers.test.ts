import t from 'tap';
import {
  sayCount,
  sayDigits,
  sayInteger,
  sayModel,
  sayNumber,
  sayOrdinal,
  sayPhone,
} from '../../../../workers/tts/text/han-numbers.ts';

void t.test('sayInteger() says whole numbers with their zeros', async (t) => {
  const said = {
    '0': '零',
    '000': '零',
    '007': '七',
    '10': '十',
    '20': '二十',
    '101': '一百零一',
    '1001': '一千零一',
    '10001': '一万零一',
    '10100': '一万零一百',
    '20002': '两万零二',
    '100000': '十万',
    '1000001': '一百万零一',
    '10000000': '一千万',
    '100000001': '一亿零一',
    '200000000': '两亿',
    '1000100000': '十亿零一十万',
    '1000000000000': '一万亿',
  };
  for (const [number, words] of Object.entries(said)) t.equal(sayInteger(number), words, number);
});

void t.test('sayInteger() says every number up to a hundred thousand differently', async (t) => {
  const said = new Set(Array.from({ length: 100_000 }, (_, number) => sayInteger(String(number))));
  t.equal(said.size, 100_000);
});

void t.test('sayNumber() and its siblings differ in two, one and zeros', async (t) => {
  t.equal(sayNumber('3.50'), '三点五零');
  t.same(['2', '02', '12', '2.5'].map(sayCount), ['两', '两', '十二', '二点五']);
  t.same(['2', '200', '12'].map(sayOrdinal), ['二', '二百', '十二']);
  t.same(['15', '100', '4090', '2.0', '05'].map(sayModel), ['十五', '一百', '四零九零', '二点零', '零五']);
  t.equal(sayDigits('a102'), 'a一零二');
  t.equal(sayPhone('138-11'), '幺三八幺幺');
});
