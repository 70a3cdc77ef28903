/** The sound of a message. */
export interface Chime {
  /** Plays it, unless it is playing already or the browser has not allowed sound yet. */
  play(): void;
  close(): void;
}

/** Two soft notes, a fourth apart: when each begins and how high it is. */
const NOTES = [
  { at: 0, hertz: 659.26 },
  { at: 0.1, hertz: 880 },
];
const NOTE_SECONDS = 0.14;
/** Of full scale: heard in a quiet room, missed in a loud one. */
const LOUDNESS = 0.08;

/** What a browser takes as leave to make a sound. */
const GESTURES = ['click', 'keydown'] as const;

/**
 * Makes the sound without a file. Nothing is asked of the browser's audio before the person has done something on the
 * page, and between two sounds its device is let go.
 */
export function createChime(): Chime {
  let context: AudioContext | undefined;
  let isAllowed = false;
  let isPlaying = false;
  const stopWaiting = () => {
    for (const name of GESTURES) removeEventListener(name, tryNow, true);
  };
  const tryNow = () => void allow();
  const allow = async () => {
    context ??= new AudioContext();
    // Answers once a gesture counted; Safari wants it to be called from within one.
    await context.resume();
    isAllowed = true;
    stopWaiting();
    if (!isPlaying) await context.suspend();
  };
  for (const name of GESTURES) addEventListener(name, tryNow, true);
  // Where the browser does not tell, the next gesture is waited for.
  if (navigator.userActivation?.hasBeenActive) tryNow();
  return {
    play() {
      if (!context || !isAllowed || isPlaying) return;
      isPlaying = true;
      void playNotes(context).then(() => {
        isPlaying = false;
      });
    },
    close() {
      if (!isAllowed) stopWaiting();
      void context?.close();
    },
  };
}

async function playNotes(context: AudioContext): Promise<void> {
  await context.resume();
  const start = context.currentTime;
  const notes = NOTES.map(({ at, hertz }) => {
    const note = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    // Without a ramp at either end a note begins and ends with a click.
    volume.gain.setValueAtTime(0, start + at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + at + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + at + NOTE_SECONDS);
    note.connect(volume).connect(context.destination);
    note.start(start + at);
    note.stop(start + at + NOTE_SECONDS);
    return note;
  });
  await new Promise((resolve) => notes.at(-1)?.addEventListener('ended', resolve));
  if (context.state === 'running') await context.suspend();
}
