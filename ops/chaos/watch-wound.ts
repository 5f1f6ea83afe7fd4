import type { Wound } from './fault.ts';
import type { Show } from './show.ts';

/** Looks until a wound has healed, and takes the fault away. Times in whole milliseconds, null for what was not seen. */
export async function watchWound(
  wound: Wound,
  { show, signal, withinMs }: { show: Pick<Show, 'until'>; signal: AbortSignal; withinMs: number },
): Promise<{ detectionMs: number | null; worksAgainMs: number | null; recoveryMs: number | null }> {
  const { healed, noticed, works, end, causedAt = performance.now(), lastsMs = 0 } = wound;
  const sinceCaused = () => performance.now() - causedAt;
  let detectionMs: number | null = null;
  let worksAgainMs: number | null = null;
  const isOver = async () => {
    if (detectionMs === null && noticed && (await holds(noticed))) detectionMs = Math.round(sinceCaused());
    if (worksAgainMs === null && works && (await holds(works))) worksAgainMs = Math.round(sinceCaused());
    return sinceCaused() >= lastsMs && (await holds(healed));
  };
  try {
    const seen = await show.until(isOver, { withinMs: lastsMs + withinMs, signal });
    return {
      detectionMs,
      worksAgainMs,
      recoveryMs: seen ? Math.max(0, Math.round(sinceCaused() - lastsMs)) : null,
    };
  } finally {
    await end?.();
  }
}

/** Who does not answer has not healed. */
async function holds(question: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await question();
  } catch {
    return false;
  }
}
