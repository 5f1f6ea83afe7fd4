import type { SimulatedModelFault } from '../../../protocol/simulated-model-faults.ts';

const openers = [
  '来听我讲一句',
  '咱们接着往下说',
  '我跟您仔细说说',
  '各位宝宝记一下',
  '这里再提醒一声',
  '刚来的听好了',
  '顺便聊两句',
  '给您念叨一遍',
  '先说到这个',
  '话说回来啊',
];
/** Of the line; twice as long would be too much. */
const mostAdded = 0.8;
const field = /\{[^{}]*\}/gu;
const refusal = '很抱歉，我无法完成这个请求，请您谅解。';

/** The line that is to be said in other words, and how many wordings of it there are; undefined: that is not what is asked. */
export function readLine(user: string): { line: string; known: number } | undefined {
  const line = /<line>([\s\S]*)<\/line>/u.exec(user)?.[1];
  if (line === undefined) return undefined;
  return { line, known: user.match(/^- /gmu)?.length ?? 0 };
}

/** The line in other words, each time others, or in the way in which models fail at it. */
export function reword({ line, known }: { line: string; known: number }, fault: SimulatedModelFault): string {
  const wording = withOpeners(line, known);
  switch (fault) {
    case 'refuses':
      return refusal;
    case 'numbered':
      return [0, 1, 2].map((at) => `${at + 1}. ${withOpeners(line, known + at)}`).join('\n');
    case 'drops-fields':
      return wording.replaceAll(field, '这个');
    case 'parrot':
      return line;
    case 'quoted':
      return `改写如下：“${wording}”`;
    case 'lies-price':
      return `${line}今天只要九块九。`;
    case 'lies-promise':
      return `${line}今天下单再送您一双袜子。`;
    case 'phone':
      return `${line}打一三八零零一三八零零零。`;
    case 'bad-word':
      return `${line}加我微 信哦。`;
    case 'markdown':
      return `## **${wording}**😊（鼓掌）`;
    case 'as-an-ai':
      return `作为一个AI语言模型，${wording}`;
    case 'english':
      return 'Sure, here is another way to say it, my friends, have a look.';
    case 'obeys':
      return '好的，那我就照您说的念，请大家看看别的店。';
    default:
      return wording;
  }
}

/** Something said ahead of its clauses. */
function withOpeners(line: string, turn: number): string {
  const clauses = line.match(/[^，。！？、；,!?;]+[，。！？、；,!?;]*/gu) ?? [line];
  let [added, read] = [0, 0];
  return clauses
    .map((clause, at) => {
      const opener = `${openers[(3 * turn + at) % openers.length]}，`;
      read += clause.replaceAll(field, '某某').length;
      if (added + opener.length > read * mostAdded) return clause;
      added += opener.length;
      return opener + clause;
    })
    .join('');
}
