import t from 'tap';
import { spokenUnits } from '../../../../workers/tts/text/spoken-units.ts';

const cases: [text: string, syllables: number, pauses: number, latin: number][] = [
  ['欢迎来到直播间', 7, 0, 0],
  ['欢迎，来到直播间。', 7, 1, 0],
  ['好。好！好？', 3, 2, 0],
  ['，好，', 1, 0, 0],
  ['好！？，的', 2, 1, 0],
  ['U S B线', 4, 0, 3],
  ['iPhone 十五 Pro Max', 6, 0, 4],
  ["don't worry", 3, 0, 3],
  ['hello', 2, 0, 2],
  ['table', 2, 0, 2],
  ['live', 1, 0, 1],
  ['the', 1, 0, 1],
  ['tv', 2, 0, 2],
  ['café', 2, 0, 2],
  ['ありがとう', 5, 0, 0],
  ['안녕', 2, 0, 0],
  ['привет', 3, 0, 0],
  ['39', 2, 0, 0],
  ['', 0, 0, 0],
  ['……', 0, 0, 0],
];

void t.test('spokenUnits() counts syllables, and the pauses between them', async (t) => {
  for (const [text, syllables, pauses, latin] of cases)
    t.same(spokenUnits(text), { syllables, pauses, latin }, text);
});
