import type { SpokenText } from '../endpoint.ts';

const spoken = (text: string): SpokenText => ({ text, voice: '', speed: 1 });

/** A real sentence, as long as most: the first byte of servers that answer in one piece grows with the text. */
export const probeText = spoken('欢迎来到直播间，喜欢的点点关注。');

/**
 * What a voice says before it is heard by anybody. How fast it speaks, and how high, is known after some sentences of different lengths;
 * before, half of one might pass for the whole.
 */
export const firstTexts: readonly SpokenText[] = [
  probeText,
  spoken('今天的宝贝都在下方小黄车。'),
  spoken('有什么想看的，打在公屏上告诉我们。'),
  spoken('质量有保证，支持七天无理由退换，放心下单。'),
  spoken('谢谢大家的支持！'),
  spoken('这一款卖得特别快，喜欢就不要犹豫了。'),
  spoken('刚进来的朋友先看看左上角的福袋。'),
  spoken('尺码不知道怎么选的，把身高体重发出来，我帮您看。'),
];
