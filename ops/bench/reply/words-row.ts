import { wordsSchema } from '../../../protocol/reply/words-config.ts';
import { openWords } from '../../../workers/reply/words/open-words.ts';
import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';

const seed = 20_261;
const wordCount = 20_000;
const textLength = 1_000;
const goalMs = 0.2;
const common =
  '的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开';

/** What the filter takes for a text with 20,000 words, and with homophones as well. */
export async function measureWords({ isQuick }: BenchOptions): Promise<Measured> {
  const runs = isQuick ? 300 : 3_000;
  const random = new SeededRandom(seed);
  const words = Array.from({ length: wordCount }, () => drawWord(random));
  const texts = Array.from({ length: 40 }, () => drawText(random, words));
  const measured = [];
  for (const homophones of [false, true]) {
    const lists = [{ id: 'bench', category: 'mask' as const, words, homophones }];
    const before = process.memoryUsage.rss();
    const filter = await openWords(wordsSchema.parse({ lists }), '.');
    const memoryMb = (process.memoryUsage.rss() - before) / 2 ** 20;
    let found = 0;
    const once = (text = '') => {
      const begun = performance.now();
      found += filter.check(text).findings.length;
      return performance.now() - begun;
    };
    for (const text of texts) for (let run = 0; run < 8; run++) once(text);
    const times = Array.from({ length: runs }, (_, run) => once(texts[run % texts.length]));
    const what = `${textLength} characters, ${wordCount} words${homophones ? ' and their homophones' : ''}`;
    measured.push({ what, times, found, memoryMb, homophones });
  }
  return {
    figures: measured.flatMap(({ what, times, homophones }) => [
      {
        what: `${what}, p50`,
        value: quantile(times, 0.5),
        unit: 'ms',
        ...(homophones ? {} : { goal: goalMs }),
      },
      { what: `${what}, p99`, value: quantile(times, 0.99), unit: 'ms' },
    ]),
    notes: measured.map(
      ({ what, found, memoryMb }) => `${what}: ${found} words found, ${memoryMb.toFixed(0)} MB for the words`,
    ),
  };
}

const han = (random: SeededRandom): string => String.fromCharCode(random.whole(0x4e_00, 0x4e_00 + 6_000));

function drawWord(random: SeededRandom): string {
  return Array.from({ length: random.whole(2, 6) }, () => han(random)).join('');
}

/** As people write: common characters, some rare ones, marks, and now and then a word of the list. */
function drawText(random: SeededRandom, words: string[]): string {
  let text = '';
  while (text.length < textLength) {
    const dice = random.next();
    if (dice < 0.01) text += words[random.whole(0, words.length - 1)] ?? '';
    else if (dice < 0.12) text += random.pick(['，', '。', '！', ' ', '39.9', 'vip', '😀']);
    else if (dice < 0.3) text += han(random);
    else text += common[random.whole(0, common.length - 1)] ?? '';
  }
  return text.slice(0, textLength);
}
