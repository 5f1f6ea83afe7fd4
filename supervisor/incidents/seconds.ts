/** A duration as people say it: `0.2 s`, `12 s`, `4 min`, `2.5 h`. */
export function seconds(ms: number): string {
  const total = Math.max(0, ms) / 1_000;
  if (total < 10) return `${Number(total.toFixed(1))} s`;
  if (total < 120) return `${Math.round(total)} s`;
  if (total < 7_200) return `${Math.round(total / 60)} min`;
  return `${Number((total / 3_600).toFixed(1))} h`;
}
