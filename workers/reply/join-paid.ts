import type { Topic } from './topic.ts';
import { viewerOf } from './topic.ts';

/** One topic that takes in another of its kind. */
export interface Join {
  into: Topic;
  from: Topic;
}

/**
 * Which of the topics that were paid for are joined so that at most `most` are left: first those of one viewer, then those of several,
 * the least worth first. None gets more than `maxEvents`, so a few more than `most` may be left. Pure; asked again and again it
 * joins one at a time.
 */
export function joinPaid(topics: Topic[], most: number, maxEvents: number): Join[] {
  if (topics.length <= most) return [];
  const open = topics.toSorted((one, other) => one.worth - other.worth);
  const fits = (one: Topic, other: Topic) =>
    one !== other && one.kind === other.kind && one.events.length + other.events.length <= maxEvents;
  const byViewer = Map.groupBy(open, ({ kind, events }) => {
    const viewers = new Set(events.map((event) => viewerOf(event) ?? ''));
    const [only = ''] = viewers;
    return viewers.size === 1 && only !== '' ? `${kind}:${only}` : '';
  });
  byViewer.delete('');
  const groups = [...byViewer.values(), open];
  for (const group of groups)
    for (const into of group) {
      const from = group.find((other) => fits(into, other));
      if (from) return [{ into, from }];
    }
  return [];
}
