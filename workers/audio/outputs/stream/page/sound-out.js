/* global AudioContext, AudioWorkletNode */
import { JitterBuffer } from './jitter-buffer.js';

const rateHz = 48_000;
/** Asked for at a time where there is no worklet: not on pages of another machine without https. */
const scriptSamples = 1_024;
/** Nobody hears it, but a context that plays nothing at all may be put to sleep. */
const hum = 1e-6;

/** What the page says to where the buffer is: `{restart}` or `{samples, position}`. */
export function hear(buffer, message) {
  if (message.restart) buffer.restart();
  else buffer.push(message.samples, message.position);
}

export const figuresOf = (buffer) => ({
  playing: buffer.state,
  bufferedMs: Math.round(buffer.bufferedMs),
  targetMs: Math.round(buffer.targetMs),
  underruns: buffer.underruns,
  skippedMs: Math.round((buffer.skippedSamples * 1_000) / rateHz),
  lostMs: Math.round((buffer.lostSamples * 1_000) / rateHz),
  playedMs: Math.round((buffer.playedSamples * 1_000) / rateHz),
});

/** The way from the buffer to the loudspeaker. `onFigures` is told several times a second how it goes. */
export class SoundOut {
  context;
  analyser;
  #post = () => undefined;
  #onFigures;

  constructor(onFigures) {
    this.#onFigures = onFigures;
    this.context = openContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.connect(this.context.destination);
    const keepAwake = this.context.createConstantSource();
    keepAwake.offset.value = hum;
    keepAwake.connect(this.context.destination);
    keepAwake.start();
  }

  async open() {
    const { context, analyser } = this;
    if (!context.audioWorklet) return this.#openWithScript();
    await context.audioWorklet.addModule('./worklet.js');
    const node = new AudioWorkletNode(context, 'onair-player', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }) => this.#onFigures(data);
    node.connect(analyser);
    this.#post = (message) => node.port.postMessage(message, message.samples ? [message.samples.buffer] : []);
  }

  hear(message) {
    this.#post(message);
  }

  /** Whether it plays; a browser may want a click first. */
  get isRunning() {
    return this.context.state === 'running';
  }

  async resume() {
    if (this.context.state !== 'closed') await this.context.resume();
  }

  async close() {
    this.#post = () => undefined;
    if (this.context.state !== 'closed') await this.context.close();
  }

  #openWithScript() {
    const { context, analyser } = this;
    const buffer = new JitterBuffer({ outputRateHz: context.sampleRate });
    const node = context.createScriptProcessor(scriptSamples, 1, 1);
    node.onaudioprocess = ({ outputBuffer }) => {
      buffer.pull(outputBuffer.getChannelData(0));
      this.#onFigures(figuresOf(buffer));
    };
    node.connect(analyser);
    this.#post = (message) => hear(buffer, message);
  }
}

/** At the rate of the sound where the browser takes that; it is resampled by the buffer elsewhere. */
function openContext() {
  try {
    return new AudioContext({ sampleRate: rateHz, latencyHint: 'balanced' });
  } catch {
    return new AudioContext({ latencyHint: 'balanced' });
  }
}
