import { existsSync } from 'node:fs';
import { findPrograms } from './programs.mjs';

/**
 * What the optional `speaker` needs on Linux to compile, with each distribution's name of it; and, with `dev: true`, what only the tests
 * need.
 * @type {{need: string, isPresent: () => boolean, apt: string, dnf: string, pacman: string, dev: boolean}[]}
 */
export const speakerNeeds = [
  {
    need: 'ALSA headers',
    isPresent: () => existsSync('/usr/include/alsa/asoundlib.h'),
    apt: 'libasound2-dev',
    dnf: 'alsa-lib-devel',
    pacman: 'alsa-lib',
    dev: false,
  },
  {
    need: 'a C++ compiler',
    isPresent: () => has('g++'),
    apt: 'g++',
    dnf: 'gcc-c++',
    pacman: 'gcc',
    dev: false,
  },
  { need: 'make', isPresent: () => has('make'), apt: 'make', dnf: 'make', pacman: 'make', dev: false },
  {
    need: 'Python 3',
    isPresent: () => has('python3'),
    apt: 'python3',
    dnf: 'python3',
    pacman: 'python',
    dev: false,
  },
  {
    need: 'a browser',
    isPresent: () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => has(name)),
    apt: 'chromium',
    dnf: 'chromium',
    pacman: 'chromium',
    dev: true,
  },
  {
    need: 'a PulseAudio daemon',
    // On a desktop with PipeWire it would take that one's place: not for the sake of a test.
    isPresent: () => has('pulseaudio') || has('pipewire-pulse'),
    apt: 'pulseaudio',
    dnf: 'pulseaudio',
    pacman: 'pulseaudio',
    dev: true,
  },
  {
    need: 'the programs of PulseAudio',
    isPresent: () => has('pactl') && has('parec'),
    apt: 'pulseaudio-utils',
    dnf: 'pulseaudio-utils',
    pacman: 'libpulse',
    dev: true,
  },
];

/** Whether it is worth trying to compile `speaker`; elsewhere than on Linux only trying tells. */
export function canCompileSpeaker() {
  return process.platform !== 'linux' || speakerNeeds.every((entry) => entry.dev || entry.isPresent());
}

/** @param {string} name */
const has = (name) => findPrograms(name).length > 0;
