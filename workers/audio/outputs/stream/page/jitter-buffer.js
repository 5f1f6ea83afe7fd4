/** Past and future samples that interpolation looks at. */
const margin = 4;
/** At joins and ends, against clicks. */
const fadeMs = 2;
const averageMs = 2_000;
/** Off the target by so much, the speed is corrected until it is within `doneMs`. */
const startMs = 20;
const doneMs = 4;
/** 0.1 % for each 20 ms, and never more than half a percent: eight hundredths of a semitone. */
const correctionPerMs = 0.001 / 20;
const mostCorrection = 0.005;
/** Beyond so much more than the target, silence is left out. */
const skipMs = 60;
const skipPieceMs = 10;
const quiet = 0.003;
/** After an underrun more is kept; after a while without one, less again. */
const raiseMs = 30;
const mostTargetMs = 280;
const lowerMs = 10;
const calmMs = 60_000;

/**
 * Holds the sound between the network and the loudspeaker: little enough that nobody notices the delay, enough that a late message is not
 * heard. It plays slightly faster or slower to stay there, since two clocks are never the same, leaves out silence when there is much too
 * much, and cuts when there is more than `maxMs`. When it runs dry it fades out and gathers before it goes on. Pure: no clock, no I/O; time
 * is what `pull` is asked for.
 */
export class JitterBuffer {
  state = 'buffering';
  underruns = 0;
  /** What was left out because there was too much, silence included. */
  skippedSamples = 0;
  /** What never came. */
  lostSamples = 0;
  playedSamples = 0;
  #rateHz;
  #step;
  #least;
  #target;
  #most;
  #ring;
  #mask;
  /** Absolute places in the ring; where reading is has a fraction. */
  #read = margin;
  #write = margin;
  #average;
  #correction = 0;
  #calm = 0;
  #fadeIn = 0;
  #expected;

  /** `outputRateHz` is what `pull` is asked for. */
  constructor({ rateHz = 48_000, outputRateHz = rateHz, targetMs = 160, maxMs = 400 } = {}) {
    this.#rateHz = rateHz;
    this.#step = rateHz / outputRateHz;
    this.#least = this.#samples(targetMs);
    this.#target = this.#least;
    this.#average = this.#target;
    this.#most = this.#samples(maxMs);
    const size = 2 ** Math.ceil(Math.log2(2 * this.#most + rateHz));
    this.#ring = new Float32Array(size);
    this.#mask = size - 1;
  }

  get bufferedMs() {
    return (this.#level() * 1_000) / this.#rateHz;
  }

  get targetMs() {
    return (this.#target * 1_000) / this.#rateHz;
  }

  /** Takes signed 16-bit samples whose first one is at `position` of their stream. What was there before is passed over. */
  push(samples, position) {
    const gap = this.#expected === undefined ? 0 : position - this.#expected;
    const known = Math.min(samples.length, Math.max(0, -gap));
    const fresh = samples.subarray(known);
    if (fresh.length === 0) return;
    if (this.#expected === undefined || gap > 0) this.#fadeOutEnd();
    const fade = this.#expected === undefined || gap > 0 ? this.#samples(fadeMs) : 0;
    if (gap > 0) this.lostSamples += gap;
    this.#expected = position + samples.length;
    for (let n = 0; n < fresh.length; n++) {
      const gain = n < fade ? (n + 1) / fade : 1;
      this.#ring[this.#write++ & this.#mask] = (fresh[n] / 32_768) * gain;
    }
    if (this.#level() > this.#most) this.#cutTo(this.#target);
  }

  /** Another stream begins: its positions have nothing to do with those before. */
  restart() {
    this.#expected = undefined;
  }

  /** Fills it with what is to be heard next. */
  pull(out) {
    if (this.state === 'buffering') {
      if (this.#level() < this.#target) return void out.fill(0);
      this.state = 'playing';
      this.#average = this.#level();
      this.#correction = 0;
      this.#fadeIn = this.#samples(fadeMs);
    }
    this.#follow(out.length);
    const step = this.#step * (1 + this.#correction);
    const needed = Math.ceil(out.length * step) + margin;
    const runsDry = this.#level() < 2 * needed;
    const count = runsDry
      ? Math.max(0, Math.min(out.length, Math.floor((this.#level() - margin) / step)))
      : out.length;
    this.#play(out, count, step);
    this.playedSamples += count;
    if (runsDry) this.#runDry(out, count);
    else this.#stayCalm(count);
  }

  #samples(ms) {
    return Math.round((ms * this.#rateHz) / 1_000);
  }

  #level() {
    return this.#write - this.#read;
  }

  #play(out, count, step) {
    const ring = this.#ring;
    const mask = this.#mask;
    let at = this.#read;
    if (step === 1 && at === Math.floor(at)) {
      for (let n = 0; n < count; n++) out[n] = ring[at++ & mask];
    } else {
      for (let n = 0; n < count; n++, at += step) {
        const place = Math.floor(at);
        out[n] = between(
          at - place,
          ring[(place - 1) & mask],
          ring[place & mask],
          ring[(place + 1) & mask],
          ring[(place + 2) & mask],
        );
      }
    }
    this.#read = at;
    const fade = this.#samples(fadeMs);
    for (let n = 0; n < count && this.#fadeIn > 0; n++, this.#fadeIn--) out[n] *= 1 - this.#fadeIn / fade;
  }

  #runDry(out, count) {
    for (let n = 0; n < count; n++) out[n] *= 1 - (n + 1) / count;
    out.fill(0, count);
    this.state = 'buffering';
    this.underruns += 1;
    this.#calm = 0;
    this.#target = Math.min(this.#target + this.#samples(raiseMs), this.#samples(mostTargetMs));
  }

  #stayCalm(count) {
    this.#calm += count;
    if (this.#calm < this.#samples(calmMs)) return;
    this.#calm = 0;
    this.#target = Math.max(this.#least, this.#target - this.#samples(lowerMs));
  }

  /** Follows how much there is, on the average, and decides how fast to play. */
  #follow(count) {
    this.#average += (this.#level() - this.#average) * Math.min(1, count / this.#samples(averageMs));
    this.#skipSilence();
    const excessMs = ((this.#average - this.#target) * 1_000) / this.#rateHz;
    const isOff = Math.abs(excessMs) > (this.#correction === 0 ? startMs : doneMs);
    const wanted = isOff ? excessMs * correctionPerMs : 0;
    this.#correction = Math.min(mostCorrection, Math.max(-mostCorrection, wanted));
  }

  #skipSilence() {
    const enough = this.#target + this.#samples(skipMs);
    if (this.#level() <= enough || this.#average <= this.#target + this.#samples(startMs)) return;
    const piece = this.#samples(skipPieceMs);
    const from = Math.floor(this.#read) - 1;
    for (let n = 0; n < piece + margin; n++)
      if (Math.abs(this.#ring[(from + n) & this.#mask]) > quiet) return;
    this.#skip(piece);
  }

  #skip(count) {
    this.#read += count;
    this.#average -= count;
    this.skippedSamples += count;
  }

  /** Goes on further ahead, the one fading into the other. */
  #cutTo(level) {
    const from = Math.floor(this.#read);
    const count = this.#write - level - from;
    const fade = this.#samples(fadeMs);
    for (let n = -1; n < fade; n++) {
      const share = Math.max(0, n / fade);
      const after = (from + count + n) & this.#mask;
      this.#ring[after] = this.#ring[after] * share + this.#ring[(from + n) & this.#mask] * (1 - share);
    }
    this.#skip(count);
  }

  /** What comes next does not follow from what is there. */
  #fadeOutEnd() {
    const fade = Math.min(this.#samples(fadeMs), Math.floor(this.#level()));
    for (let n = 1; n <= fade; n++) this.#ring[(this.#write - n) & this.#mask] *= n / (fade + 1);
  }
}

/** The curve through four samples (Catmull-Rom), `part` of the way from the second to the third. */
function between(part, before, first, second, after) {
  const slope = (second - before) / 2;
  const nextSlope = (after - first) / 2;
  const curve = 2 * (first - second) + slope + nextSlope;
  const bend = -3 * (first - second) - 2 * slope - nextSlope;
  return ((curve * part + bend) * part + slope) * part + first;
}
