export interface ChimeOptions {
  /** Made at the first ring: browsers allow sound only once somebody has used the page. */
  openAudio?(): AudioContext;
  now?(): number;
}

/** The sound of a new message. */
export interface Chime {
  ring(): void;
  close(): void;
}

/** Two soft notes, E5 and B5, in Hz; over within a quarter of a second. The widget plays the same. */
const NOTES = [
  { frequency: 659.25, delay: 0 },
  { frequency: 987.77, delay: 0.09 },
] as const;
const LOUDNESS = 0.06;
/** In seconds: how fast a note rises, and how long it lasts. */
const RISE = 0.012;
const LENGTH = 0.13;

/** Messages that come together, as after a lost connection, ring once. */
const QUIET_MS = 1_500;
/** A browser may hold sound back until the page is used; what is older than this is no news any more. */
const STALE_MS = 1_000;

/** Builds the chime. Where the browser has no sound, or forbids it, it stays silent. */
export function createChime({
  openAudio = () => new AudioContext(),
  now = Date.now,
}: ChimeOptions = {}): Chime {
  let audio: AudioContext | undefined;
  let rungAt = -Infinity;

  async function play(askedAt: number): Promise<void> {
    audio ??= openAudio();
    await audio.resume();
    if (now() - askedAt > STALE_MS) return;
    for (const { frequency, delay } of NOTES) playNote(audio, frequency, audio.currentTime + delay);
  }

  return {
    ring() {
      const askedAt = now();
      if (askedAt - rungAt < QUIET_MS) return;
      rungAt = askedAt;
      play(askedAt).catch(() => {});
    },
    close() {
      audio?.close().catch(() => {});
      audio = undefined;
    },
  };
}

function playNote(audio: AudioContext, frequency: number, at: number): void {
  const note = audio.createOscillator();
  const volume = audio.createGain();
  note.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + RISE);
  // An exponential ramp cannot reach zero.
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
  note.connect(volume).connect(audio.destination);
  note.start(at);
  note.stop(at + LENGTH);
}
