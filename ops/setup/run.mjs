import { spawn } from 'node:child_process';

/** Enough for the reason of a failure, and bounded whatever the child prints. */
const maxKeptChars = 65_536;
const killGraceMs = 5000;

/**
 * @typedef {object} Finished
 * @property {boolean} ok ended by itself with exit code 0
 * @property {string} output the last part of stdout and stderr, mixed
 * @property {string} reason in words, "" when ok
 */

/**
 * Runs a program to its end, without a terminal and without input. It ends with its whole process group: at the deadline, or when
 * `signal` says so. Never rejects; how it ended is in the answer.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd: string, deadlineMs: number, signal: AbortSignal, env?: NodeJS.ProcessEnv, onPid?: (pid: number) => void}} options
 * @returns {Promise<Finished>}
 */
export function run(command, args, { cwd, deadlineMs, signal, env = process.env, onPid }) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ ok: false, output: '', reason: 'interrupted' });
    const hasGroup = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: hasGroup,
      windowsHide: true,
    });
    if (child.pid !== undefined) onPid?.(child.pid);
    let output = '';
    let cutShort = '';
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let killTimer;

    /** @param {string} text */
    const keep = (text) => {
      output = (output + text).slice(-maxKeptChars);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    /** @param {NodeJS.Signals} name */
    const send = (name) => {
      try {
        if (hasGroup && child.pid !== undefined) process.kill(-child.pid, name);
        else child.kill(name);
      } catch {
        // the group has just ended by itself
      }
    };
    /** @param {string} why */
    const cut = (why) => {
      if (cutShort !== '') return;
      cutShort = why;
      send('SIGTERM');
      killTimer = setTimeout(() => {
        send('SIGKILL');
        // A grandchild that left the group may still hold the pipes open; nothing is to be learnt from it any more.
        child.stdout.destroy();
        child.stderr.destroy();
      }, killGraceMs);
    };
    const interrupt = () => cut('interrupted');
    signal.addEventListener('abort', interrupt, { once: true });
    const deadline = setTimeout(() => cut(`no end after ${deadlineMs / 1000} s`), deadlineMs);

    /** @param {boolean} ok @param {string} reason */
    const finish = (ok, reason) => {
      clearTimeout(deadline);
      clearTimeout(killTimer);
      signal.removeEventListener('abort', interrupt);
      resolve({ ok: ok && cutShort === '', output, reason: cutShort || reason });
    };
    child.once('error', (error) => finish(false, error.message));
    child.once('close', (code, ended) =>
      finish(code === 0, code === 0 ? '' : `ended with ${ended ?? `exit code ${code}`}`),
    );
  });
}

/**
 * The lines of a failed program's output that are worth showing, last ones first kept.
 * @param {string} output
 * @param {RegExp} interesting
 * @param {number} [max]
 * @returns {string}
 */
export function pickLines(output, interesting, max = 3) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const picked = lines.filter((line) => interesting.test(line));
  return (picked.length > 0 ? picked : lines).slice(-max).join(' | ').slice(0, 500);
}
