import type { SeededRandom } from './seeded-random.ts';
import { anonymous, viewerNamed, type Viewer } from './viewer.ts';

/**
 * Makes the people who visit a room: plausible nicknames, some with emoji or stray marks, a few as guests see them.
 */
export function makeCast(random: SeededRandom, size: number): [Viewer, ...Viewer[]] {
  const names = new Set<string>();
  while (names.size < size) names.add(makeNickname(random, names.size));
  const viewers = [...names].map((name, index) => {
    const viewer = viewerNamed(name);
    return index % 17 === 16 ? anonymous(viewer) : viewer;
  });
  return [viewers[0] ?? viewerNamed('阿杰'), ...viewers.slice(1)];
}

function makeNickname(random: SeededRandom, taken: number): string {
  const core = random.chance(0.3) ? random.pick(WHOLE) : random.pick(FIRST) + random.pick(SECOND);
  const decorated = random.chance(0.15) ? `${core}${random.pick(MARKS)}` : core;
  // A number past the supply of names, as the platform itself does to taken ones.
  return random.chance(0.15) || taken > 300 ? `${decorated}${random.whole(1, 9999)}` : decorated;
}

const FIRST: readonly [string, ...string[]] = [
  '爱笑的',
  '小',
  '快乐的',
  '安静的',
  '江南',
  '北方的',
  '海边的',
  '大',
  '不吃香菜的',
  '早起的',
  '努力的',
  '隔壁',
  '云南',
  '山里的',
];

const SECOND: readonly [string, ...string[]] = [
  '橙子',
  '雨桐',
  '阿杰',
  '老王',
  '猫咪',
  '胖胖',
  '柠檬',
  '子涵',
  '梅姐',
  '小鹿',
  '豆豆',
  '团子',
  '师傅',
  '妈妈',
];

const WHOLE: readonly [string, ...string[]] = [
  '时光不语',
  '浅笑安然',
  '平安是福',
  '一米阳光',
  '知足常乐',
  '用户7391028465',
  '花开富贵',
  '追风少年',
  '晚风吻尽荷花叶',
  '岁月静好',
  'Lily酱',
  'A建材批发小刘',
  '宝妈优选',
  '人间清醒',
];

const MARKS: readonly [string, ...string[]] = ['🌸', '🐱', '❤️', '👨‍👩‍👧', '～', '🌟🌟', '_', '✨'];
