import { describe, expect, it, vi } from 'vitest';
import { createChime } from './chime.ts';

describe('the chime', () => {
  it('plays two notes, over within a quarter of a second', async () => {
    const { audio, notes } = fakeAudio();
    createChime({ openAudio: () => audio, now: () => 0 }).ring();
    await vi.waitFor(() => expect(notes).toHaveLength(2));
    expect(notes.map(({ frequency }) => Math.round(frequency.value))).toEqual([659, 988]);
    expect(Math.max(...notes.map(({ stoppedAt }) => stoppedAt))).toBeLessThan(0.25);
  });

  it('rings once for messages that come together', async () => {
    const { audio, notes } = fakeAudio();
    let now = 0;
    const chime = createChime({ openAudio: () => audio, now: () => now });
    for (let message = 0; message < 10; message++) chime.ring();
    await vi.waitFor(() => expect(notes).toHaveLength(2));
    now = 2_000;
    chime.ring();
    await vi.waitFor(() => expect(notes).toHaveLength(4));
  });

  it('stays silent when the browser lets it play only much later', async () => {
    const { audio, notes } = fakeAudio();
    let allow = () => {};
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    audio.resume = () => allowed;
    let now = 0;
    const chime = createChime({ openAudio: () => audio, now: () => now });
    chime.ring();
    now = 5_000;
    allow();
    await allowed;
    await new Promise(setImmediate);
    expect(notes).toEqual([]);
  });

  it('throws nothing where there is no sound', async () => {
    const openAudio = vi.fn<() => AudioContext>(() => {
      throw new Error('no sound here');
    });
    const chime = createChime({ openAudio });
    chime.ring();
    chime.close();
    await new Promise(setImmediate);
    expect(openAudio).toHaveBeenCalled();
  });
});

interface FakeNote {
  frequency: { value: number };
  stoppedAt: number;
}

function fakeAudio(): { audio: AudioContext; notes: FakeNote[] } {
  const notes: FakeNote[] = [];
  const node = { connect: (to: unknown) => to };
  const gain = {
    setValueAtTime: () => {},
    linearRampToValueAtTime: () => {},
    exponentialRampToValueAtTime: () => {},
  };
  const audio = {
    currentTime: 0,
    destination: {},
    resume: async () => {},
    close: async () => {},
    createGain: () => ({ ...node, gain }),
    createOscillator() {
      const note: FakeNote = { frequency: { value: 0 }, stoppedAt: 0 };
      notes.push(note);
      return { ...node, ...note, frequency: note.frequency, start() {}, stop: keep(note) };
    },
  };
  return { audio: audio as unknown as AudioContext, notes };
}

function keep(note: FakeNote): (at: number) => void {
  return (at) => {
    note.stoppedAt = at;
  };
}
