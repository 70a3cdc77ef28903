/** What a load is like. */
export interface Shape {
  senders: number;
  /** Messages that are under way at any time, over all senders. */
  inFlight: number;
  textBytes: number;
}

/** Two kinds of server behind one face: a load sends texts and hears of acks and deliveries. */
export interface Target {
  /** Sends one text; `id` is the packet's, for its ack. */
  send(sender: number, id: number, text: string): void;
  /** To be told of everything that comes back; called once. */
  listen(onAck: (id: number) => void, onDelivery: (text: string) => void): void;
  close(): void;
}

/** What came of a load. Messages count when they were acknowledged and delivered. */
export interface Run {
  messages: number;
  perSecond: number;
  ackMs: number[];
  /** Until the receiver had it. */
  deliveryMs: number[];
}

/** Sends messages, over and over. */
export interface Load {
  /** As fast as `inFlight` messages under way allow. */
  run(durationMs: number): Promise<Run>;
  /** At a steady rate, however slow the answers: an ack's time counts from when its message was due. */
  runAtRate(perSecond: number, durationMs: number): Promise<Run>;
  close(): void;
}

/** A message that is under way. */
interface Pending {
  dueAt: number;
  isAcked: boolean;
  isDelivered: boolean;
}

/** Whatever is not through by then is lost. */
const PATIENCE_MS = 10_000;

export function createLoad({ senders, inFlight, textBytes }: Shape, target: Target): Load {
  const tracker = createTracker(target);
  // All ids have as many digits.
  let nextId = 100_000;

  const send = (dueAt: number) => {
    const id = nextId++;
    tracker.expect(id, dueAt);
    target.send(id % senders, id, textOf(id, textBytes));
  };
  /** Hears out what `start` and the answers to it bring about; `start` returns what ends it. */
  async function runFor(
    durationMs: number,
    start: (elapsed: () => number) => () => void,
    onDone: (elapsed: () => number) => void,
  ): Promise<Run> {
    const startedAt = performance.now();
    const elapsed = () => performance.now() - startedAt;
    const results = tracker.begin(() => onDone(elapsed));
    const stop = start(elapsed);
    await until(() => elapsed() >= durationMs && tracker.isIdle(), durationMs);
    stop();
    const { messages, ...times } = results();
    return { messages, perSecond: (messages / elapsed()) * 1000, ...times };
  }

  return {
    run: (durationMs) =>
      runFor(
        durationMs,
        () => {
          for (let lane = 0; lane < inFlight; lane++) send(performance.now());
          return () => {};
        },
        (elapsed) => {
          if (elapsed() < durationMs) send(performance.now());
        },
      ),

    runAtRate: (perSecond, durationMs) =>
      runFor(
        durationMs,
        (elapsed) => pace(send, perSecond, () => Math.min(elapsed(), durationMs)),
        () => {},
      ),

    close: target.close,
  };
}

/** Calls `send` with when it was due, so often a second. @returns what ends it. */
function pace(send: (dueAt: number) => void, perSecond: number, elapsed: () => number) {
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor((elapsed() / 1000) * perSecond);
    for (; sent < due; sent++) send(startedAt + (sent / perSecond) * 1000);
  }, 1);
  return () => clearInterval(timer);
}

/** Keeps account of what is under way. */
function createTracker(target: Target) {
  const pending = new Map<number, Pending>();
  let ackMs: number[] = [];
  let deliveryMs: number[] = [];
  let messages = 0;
  let onDone = () => {};

  const note = (id: number, step: 'isAcked' | 'isDelivered') => {
    const message = pending.get(id);
    if (!message || message[step]) return;
    message[step] = true;
    (step === 'isAcked' ? ackMs : deliveryMs).push(performance.now() - message.dueAt);
    if (!message.isAcked || !message.isDelivered) return;
    pending.delete(id);
    messages++;
    onDone();
  };
  target.listen(
    (id) => note(id, 'isAcked'),
    (text) => note(numberIn(text), 'isDelivered'),
  );

  return {
    expect(id: number, dueAt: number) {
      pending.set(id, { dueAt, isAcked: false, isDelivered: false });
    },
    isIdle: () => pending.size === 0,
    /** Counts from here on; call the answer for the counts. */
    begin(doneListener: () => void) {
      ackMs = [];
      deliveryMs = [];
      messages = 0;
      onDone = doneListener;
      return () => ({ messages, ackMs, deliveryMs });
    },
  };
}

/** Between the marks stands the message's number; what follows is padding. */
function textOf(id: number, bytes: number): string {
  return `~${id}~`.padEnd(bytes, 'abcdefgh ');
}

function numberIn(text: string): number {
  const start = text.indexOf('~') + 1;
  return Number(text.slice(start, text.indexOf('~', start)));
}

async function until(isOver: () => boolean, expectedMs: number): Promise<void> {
  const giveUpAt = performance.now() + expectedMs + PATIENCE_MS;
  while (!isOver()) {
    if (performance.now() > giveUpAt) throw new Error('messages were lost on the way');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
