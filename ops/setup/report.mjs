/**
 * Tells on stderr what is done, why, and how long it took: one line per step, begun before the work so that nobody looks at nothing.
 *
 * @typedef {object} Report
 * @property {<T>(what: string, work: () => Promise<T>) => Promise<T>} step
 * @property {(text: string) => void} note one line, for what isn't a step
 * @property {(problem: Problem) => void} problem
 */

/**
 * What is missing, why, and the one command that mends it.
 *
 * @typedef {object} Problem
 * @property {string} what
 * @property {string} why
 * @property {string} command
 * @property {boolean} required whether nothing can run without it
 */

/**
 * @param {(text: string) => void} write
 * @param {AbortSignal} signal from its end on, what fails was cut short and is no problem to mend: nothing is said but that
 * @returns {Report}
 */
export function createReport(write, signal) {
  let lineIsOpen = false;
  /** @param {string} text */
  const line = (text) => {
    if (signal.aborted) return;
    write(`${lineIsOpen ? '\n' : ''}setup: ${text}\n`);
    lineIsOpen = false;
  };
  return {
    async step(what, work) {
      write(`${lineIsOpen ? '\n' : ''}setup: ${what} ... `);
      lineIsOpen = true;
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      try {
        const result = await work();
        if (signal.aborted) write(`${lineIsOpen ? '' : `setup: ${what}: `}interrupted after ${seconds()}\n`);
        else if (lineIsOpen) write(`${seconds()}\n`);
        else line(`${what}: ${seconds()}`);
        lineIsOpen = false;
        return result;
      } catch (error) {
        if (lineIsOpen) write(`failed after ${seconds()}\n`);
        lineIsOpen = false;
        throw error;
      }
    },
    note: line,
    problem({ what, why, command, required }) {
      line(
        `${required ? 'ERROR: ' : ''}${what}: ${why}${required ? '' : ' (optional, going on without)'}. To mend it: ${command}`,
      );
    },
  };
}
