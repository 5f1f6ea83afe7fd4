/** A moment as clocks of a place show it. */
export interface LocalTime {
  /** `2026-11-28` */
  date: string;
  /** 1 (Monday) to 7. */
  weekday: number;
  /** Since midnight. */
  minutes: number;
}

export interface TimeWindow {
  /** `HH:MM`, up to `24:00`. */
  from: string;
  /** Before `from`: on the next day. */
  to: string;
  /** Of the week, on which it begins; empty: all. */
  days: number[];
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** By time zone, the minute that was asked for last: formatting costs more than all that is done with it. */
const latest = new Map<string, { minute: number; time: LocalTime }>();
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `now` in unix milliseconds; `timeZone` as `Asia/Shanghai`. */
export function localTime(now: number, timeZone: string): LocalTime {
  const minute = Math.floor(now / 60_000);
  const known = latest.get(timeZone);
  if (known?.minute === minute) return known.time;
  const time = readTime(now, timeZone);
  latest.set(timeZone, { minute, time });
  return time;
}

function readTime(now: number, timeZone: string): LocalTime {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(now)) parts[type] = value;
  const { year = '', month = '', day = '', weekday = '', hour = '', minute = '' } = parts;
  return {
    date: `${year}-${month}-${day}`,
    weekday: weekdays.indexOf(weekday) + 1,
    minutes: Number(hour) * 60 + Number(minute),
  };
}

export function isWithin({ weekday, minutes }: LocalTime, { from, to, days }: TimeWindow): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const is = (day: number) => days.length === 0 || days.includes(day);
  if (begin < end) return is(weekday) && minutes >= begin && minutes < end;
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return (is(weekday) && minutes >= begin) || (is(yesterday) && minutes < end);
}

/** `HH:MM` in minutes. */
export function minutesOf(clock: string): number {
  const [hours = '', minutes = ''] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** As one says it: “15点20分”. */
export function spokenTime({ minutes }: LocalTime): string {
  const minute = minutes % 60;
  return `${Math.floor(minutes / 60)}点${minute === 0 ? '整' : `${minute}分`}`;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
      timeZone,
    });
    formats.set(timeZone, format);
  }
  return format;
}
