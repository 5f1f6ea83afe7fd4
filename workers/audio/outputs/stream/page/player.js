/* global document, fetch, location, navigator, WebSocket, window */
import { placeLabel, showLabel } from './label.js';
import { SoundOut } from './sound-out.js';
import { textsFor } from './texts.js';

const headerBytes = 24;
/** Sound comes every 20 ms, and a sign of life twice a second even when there is none. */
const silentMs = 3_000;
const frozenMs = 5_000;
const watchMs = 1_000;
const reportMs = 2_000;
const drawMs = 100;
/** A connection that lasted so long was a good one. */
const steadyMs = 1_000;
const retryMs = [0, 20, 40, 80, 150, 300, 600, 1_200, 2_500, 5_000];

const texts = textsFor(navigator.language);
const page = (id) => document.getElementById(id);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What is known of the playing, for people, for tests and for whoever controls this browser. */
const player = {
  state: 'connecting',
  room: '',
  playing: 'buffering',
  bufferedMs: 0,
  targetMs: 0,
  underruns: 0,
  skippedMs: 0,
  lostMs: 0,
  playedMs: 0,
  connections: 0,
  receivedFrames: 0,
  analyser: undefined,
};
window.onairPlayer = player;

let out;
let socket;
/** Where a lost connection goes on. */
let place;
let heardAt = 0;
let contextMovedAt = 0;
let contextTime = -1;

const query = new URLSearchParams(location.search);
if (query.has('overlay', '1')) document.documentElement.classList.add('overlay');
placeLabel(page('label'), query);
document.title = texts.title;
document.documentElement.lang = texts.start === textsFor('zh').start ? 'zh' : 'en';
page('start').textContent = texts.start;
page('start').addEventListener('click', () => void out?.resume());
setInterval(() => void watch(), watchMs);
setInterval(report, reportMs);
setInterval(draw, drawMs);
await openSound();
void stayConnected();

async function openSound() {
  const opened = new SoundOut((figures) => Object.assign(player, figures));
  await opened.open();
  out = opened;
  player.analyser = opened.analyser;
  contextMovedAt = performance.now();
  // Where it is not allowed to without a click, this waits for one.
  void opened.resume().catch(() => undefined);
}

/** For ever: the sink may be another one by now, at the same address. */
async function stayConnected() {
  for (let tries = 0; ; tries++) {
    await wait(retryMs[Math.min(tries, retryMs.length - 1)]);
    // Asked first, since a browser makes those wait whose WebSockets fail often.
    if (tries > 1 && !(await isThere())) continue;
    const began = performance.now();
    if ((await hearOut()) && performance.now() - began > steadyMs) tries = -1;
  }
}

async function isThere() {
  try {
    return (await fetch('./health', { signal: AbortSignal.timeout(silentMs) })).ok;
  } catch {
    return false;
  }
}

/** One connection, to its end; true when anything was heard. */
function hearOut() {
  const url = new URL('./sound', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (place) url.search = new URLSearchParams(place).toString();
  return new Promise((resolve) => {
    let wasOpen = false;
    const opened = new WebSocket(url);
    opened.binaryType = 'arraybuffer';
    heardAt = performance.now();
    socket = opened;
    opened.onmessage = ({ data }) => {
      heardAt = performance.now();
      if (typeof data === 'string') {
        const message = JSON.parse(data);
        if (message.kind !== 'hello') return;
        wasOpen = true;
        greet(message);
      } else take(data);
    };
    opened.onclose = () => {
      if (socket === opened) {
        socket = undefined;
        player.state = 'lost';
      }
      resolve(wasOpen);
    };
  });
}

function greet({ room, stream, version, label }) {
  if (version !== 1) {
    // A newer one is served by a newer page.
    location.reload();
    return;
  }
  player.state = 'connected';
  player.room = room;
  player.connections += 1;
  showLabel(page('label'), label ?? '');
  if (place?.stream === stream) return;
  place = { stream, position: 0 };
  out.hear({ restart: true });
}

function take(data) {
  const header = new DataView(data);
  const position = header.getFloat64(8, true);
  const samples = new Int16Array(data, headerBytes, header.getUint16(2, true));
  place.position = position + samples.length;
  player.receivedFrames += 1;
  out.hear({ samples, position });
}

async function watch() {
  const now = performance.now();
  // The network says nothing of a peer that is gone; a closing handshake with it would be waited for.
  if (socket && now - heardAt > silentMs) {
    const dead = socket;
    socket = undefined;
    player.state = 'lost';
    dead.onclose?.();
    dead.onmessage = null;
    dead.close();
  }
  if (!out) return;
  if (!out.isRunning) {
    contextMovedAt = now;
    void out.resume().catch(() => undefined);
    return;
  }
  if (out.context.currentTime !== contextTime) {
    contextTime = out.context.currentTime;
    contextMovedAt = now;
  } else if (now - contextMovedAt > frozenMs) {
    // The device went away, and the browser did not notice.
    contextMovedAt = now;
    await out.close();
    await openSound();
  }
}

function report() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const { bufferedMs, targetMs, underruns, skippedMs, lostMs, connections } = player;
  socket.send(
    JSON.stringify({ state: stateNow(), bufferedMs, targetMs, underruns, skippedMs, lostMs, connections }),
  );
}

function stateNow() {
  if (player.state !== 'connected') return player.state;
  if (!out?.isRunning) return 'waiting';
  return player.playing === 'buffering' ? 'buffering' : 'connected';
}

function draw() {
  const isRunning = out?.isRunning ?? true;
  page('start').hidden = isRunning;
  page('room').textContent = player.room || 'onair';
  page('state').textContent = texts[stateNow()];
  const { bufferedMs, skippedMs, lostMs, underruns } = player;
  page('figures').textContent =
    `${texts.buffered} ${bufferedMs} ms · ${texts.dropped} ${skippedMs + lostMs} ms · ${texts.underruns} ${underruns}`;
  page('level').value = isRunning ? loudness() : 0;
}

function loudness() {
  if (!player.analyser) return 0;
  const samples = new Float32Array(player.analyser.fftSize);
  player.analyser.getFloatTimeDomainData(samples);
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
