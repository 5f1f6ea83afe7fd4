/* global AudioWorkletProcessor, registerProcessor, sampleRate */
import { JitterBuffer } from './jitter-buffer.js';
import { hear, figuresOf } from './sound-out.js';

const reportEvery = 0.1;

/** The loudspeaker's side of the page: it is asked for sound by the audio thread, whatever the page is busy with. */
class Player extends AudioWorkletProcessor {
  #buffer = new JitterBuffer({ outputRateHz: sampleRate });
  #sinceReport = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => hear(this.#buffer, data);
  }

  process(_inputs, [[out]]) {
    this.#buffer.pull(out);
    this.#sinceReport += out.length;
    if (this.#sinceReport > reportEvery * sampleRate) {
      this.#sinceReport = 0;
      this.port.postMessage(figuresOf(this.#buffer));
    }
    return true;
  }
}

registerProcessor('onair-player', Player);
