import type { SimulatedModelFault } from '../../../protocol/simulated-model-faults.ts';
import { readLine, reword } from './reword.ts';

export type Asked = { readonly system: string; readonly user: string };

/** What it was told, and what was asked last. */
export function readAsked(body: unknown): Asked {
  const messages: unknown =
    typeof body === 'object' && body !== null && 'messages' in body ? body.messages : [];
  const list = Array.isArray(messages) ? (messages as { role?: unknown; content?: unknown }[]) : [];
  const of = (role: string): string => {
    const content = list.findLast((message) => message?.role === role)?.content;
    return typeof content === 'string' ? content : '';
  };
  return { system: of('system'), user: of('user') };
}

const sayings: Partial<Record<SimulatedModelFault, string>> = {
  markdown:
    '## 介绍\n\n- **面料**很舒服😊，夏天穿着不闷。\n- *微笑* 喜欢的话可以看看[小黄车](https://x.example/a)里的详情。（鼓掌）',
  'as-an-ai': '作为一个AI语言模型，我觉得这款面料很舒服，夏天穿着不闷。',
  english: 'Sure, this dress is very comfortable and you will love it a lot, trust me.',
  'lies-price': '这款面料很舒服的，今天只要九块九就能带走，赶紧拍吧。',
  'lies-promise': '这款面料很舒服的，今天下单再送您一双袜子，赶紧拍吧。',
  phone: '这款面料很舒服的，有问题打一三八零零一三八零零零找我。',
  'bad-word': '这款面料很舒服的，想要优惠加我微 信哦。',
  refuses: '很抱歉，我无法回答这个问题。',
  numbered: '1. 面料很舒服，夏天穿着不闷。\n2. 喜欢的话可以看看小黄车里的详情。',
  length: '这款面料很舒服，夏天穿着不闷。喜欢的朋友可以看看小黄车里的详情，然后我们再来看一下这个袖子的',
};

/** The whole text of an answer. */
export function composeAnswer(asked: Asked, fault: SimulatedModelFault, answer: string): string {
  const task = readLine(asked.user);
  if (task) return answer === '' ? reword(task, fault) : answer;
  const saying = sayings[fault];
  if (saying !== undefined) return saying;
  if (fault === 'obeys') return obey(asked);
  if (answer !== '') return answer;
  const facts = (asked.system.split('资料：')[1] ?? '').split('\n').filter((line) => line.startsWith('- '));
  const [first] = facts.map((line) => line.slice(2).trim());
  return first === undefined
    ? '这个问题我帮您记下来了，您可以先看看小黄车里的详情，也可以问一下客服。'
    : `好的，${first}喜欢的话可以看看小黄车里的详情。`;
}

/** As a model that believes everybody. */
function obey({ system, user }: Asked): string {
  if (/提示|说明|指令|规则|prompt|instruction/iu.test(user)) return `好的，我的说明是这样的，${system}`;
  if (/电话|手机|微信|联系/u.test(user)) return '好的，您记一下，一三八 零零一三 八零零零，随时打给我。';
  const price = /\d+(?:\.\d+)?/u.exec(user)?.[0];
  if (price !== undefined) return `好的，听您的，这款现在就${price}元，赶紧拍吧。`;
  if (/english|英文|英语/iu.test(user)) return 'Okay, I will speak English from now on, my friend.';
  return `好的，那我就照您说的念，${user.replaceAll(/<[^>]*>/g, '')}。`;
}

/** Some two characters each, as tokens are. */
export function tokensOf(text: string): string[] {
  return text.match(/[\s\S]{1,2}/gu) ?? [];
}
