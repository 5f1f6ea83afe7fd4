import type { Signal } from './signal.ts';

export interface TimelineEntry {
  /** Unix milliseconds. */
  at: number;
  /** A signal's kind, or what the desk did. */
  what: string;
  detail: string;
}

interface Timeline {
  timeline: TimelineEntry[];
  timelineDropped: number;
}

const firstKept = 10;
const lastKept = 30;
const maxDetail = 300;
const maxFigures = 6;

/** The same with one entry more. Beginning and end are kept, because cause and outcome stand there; what falls out between is counted. */
export function extend<T extends Timeline>(record: T, { at, what, detail }: TimelineEntry): T {
  const timeline = [...record.timeline, { at, what, detail: detail.slice(0, maxDetail) }];
  if (timeline.length <= firstKept + lastKept) return { ...record, timeline };
  timeline.splice(firstKept, 1);
  return { ...record, timeline, timelineDropped: record.timelineDropped + 1 };
}

/** A signal as an entry, with its figures for people. */
export function entryOf({ at, kind, child, detail, figures }: Signal): TimelineEntry {
  const numbers = Object.entries(figures ?? {})
    .slice(0, maxFigures)
    .map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`);
  const parts = [
    child === '' ? '' : `${child}:`,
    detail,
    numbers.length > 0 ? `(${numbers.join(', ')})` : '',
  ];
  return { at, what: kind, detail: parts.filter((part) => part !== '').join(' ') };
}
