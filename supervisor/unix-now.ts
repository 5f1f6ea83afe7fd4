/** Beyond it, the clock was set; below, it is `Date.now()` that knows whole milliseconds only. */
const toleratedMs = 5;
let originMs = performance.timeOrigin;

/** Unix milliseconds, with their fraction. Follows the wall clock when that is set, unlike `performance.timeOrigin`, and is `Date.now()` but for 5 ms. */
export function unixNow(): number {
  const monotonic = performance.now();
  const aheadMs = Date.now() - (originMs + monotonic);
  if (Math.abs(aheadMs) > toleratedMs) originMs += aheadMs;
  return originMs + monotonic;
}
