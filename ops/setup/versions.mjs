/** The oldest nats-server we trust: earlier 2.10 releases lost whole streams when the process was killed (nats-server #6888). */
export const oldestNatsServer = '2.10.23';

/** The Node that runs everything but this set-up, and the oldest that can where no pinned one exists (type stripping, `using`). */
export const pinnedNodeMajor = 26;
export const oldestNodeMajor = 24;

/**
 * Finds the first x.y.z in a text such as `nats-server: v2.10.27` or `v26.10.0`; a pre-release tag is not part of the answer.
 * @param {string} text
 * @returns {string | null}
 */
export function findVersion(text) {
  return /(?<![\d.])(\d+\.\d+\.\d+)(?![\d.])/.exec(text)?.[1] ?? null;
}

/**
 * Compares two x.y.z versions number by number: negative when `a` is older, 0 when equal, positive when newer.
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
export function compareVersions(a, b) {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
