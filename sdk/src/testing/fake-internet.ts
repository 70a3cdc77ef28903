import { createId, type Handshake, HTTP_PATHS, SERVER_FRAMES } from '@alcove/protocol';
import { execute } from './fake-commands.ts';
import { type FakeReader, FakeWorkspace } from './fake-workspace.ts';

/** Lets something happen at a time of its own choosing; resolves when it has chosen. */
export type Schedule = (what: string) => Promise<unknown>;

const PING_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
const TOKEN_LIFE_MS = 15 * 60_000;

/**
 * A visitor's server, and the way to it, in memory: `WebSocket` and `fetch` whose every frame travels when a test says so.
 * Frames of one connection stay in order, as TCP keeps them; nothing else does.
 */
export class FakeInternet {
  /** The logs, and ways to write into them. */
  readonly workspace = new FakeWorkspace((event) => this.#push(event));
  /** So many of the next frames are lost on their way. */
  toLose = 0;
  readonly #schedule: Schedule;
  readonly #wires = new Set<Wire>();
  #isUp = true;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** In place of the browser's. */
  get WebSocket(): typeof WebSocket {
    const connect = (socket: Wire) => void this.#connect(socket);
    return class extends Wire {
      constructor() {
        super();
        connect(this);
      }
    } as unknown as typeof WebSocket;
  }

  /** In place of the browser's. */
  readonly fetch = async (address: string, { body }: { body: string }): Promise<Response> => {
    const { pathname } = new URL(address);
    await this.#travel(`${pathname} on its way`);
    const answer = this.#answer(pathname, JSON.parse(body) as Record<string, string | undefined>);
    await this.#travel(`the answer of ${pathname}`);
    return Response.json(answer);
  };

  /** Nothing comes through any more, and open connections end. */
  setUp(isUp: boolean): void {
    this.#isUp = isUp;
    if (!isUp) this.cut();
  }

  /** Ends all connections; what is on its way is lost. */
  cut(): void {
    for (const wire of this.#wires) this.#hangUp(wire);
  }

  async #travel(what: string): Promise<void> {
    await this.#schedule(what);
    if (!this.#isUp || this.toLose-- > 0) throw new TypeError('no way through');
    this.toLose = Math.max(0, this.toLose);
  }

  #answer(
    path: string,
    { refreshToken, accessToken, command = '', payload }: Record<string, string | undefined>,
  ) {
    if (path !== HTTP_PATHS.visitorSession) {
      const reader: FakeReader = { kind: 'visitor', id: accessToken ?? '' };
      return execute(this.workspace, reader, command, payload);
    }
    // Tokens are the visitor's id: what becomes of real ones is tested elsewhere.
    const visitorId = refreshToken ?? createId('vi');
    const serverTime = new Date().toISOString();
    const accessExpiresAt = new Date(Date.now() + TOKEN_LIFE_MS).toISOString();
    return {
      visitorId,
      accessToken: visitorId,
      accessExpiresAt,
      refreshToken: visitorId,
      serverTime,
    };
  }

  async #connect(wire: Wire): Promise<void> {
    await this.#schedule('a connection opens');
    if (!this.#isUp) {
      this.#hangUp(wire);
      return;
    }
    if (wire.isClosed) return;
    this.#wires.add(wire);
    wire.onFrame = (frame) => this.#hear(wire, frame);
    wire.isOpen = true;
    const times = { pingInterval: PING_MS, pingTimeout: PING_TIMEOUT_MS };
    this.#say(wire, `0${JSON.stringify({ sid: 'sid', ...times })}`);
    wire.pinging = setInterval(() => this.#say(wire, '2'), PING_MS);
  }

  #hear(wire: Wire, frame: string): void {
    void this.#carry(wire.up, frame, (text) => this.#understand(wire, text));
  }

  #say(wire: Wire, frame: string): void {
    void this.#carry(wire.down, frame, (text) => {
      if (!wire.isClosed) wire.onmessage?.({ data: text });
    });
  }

  /** Carries what is queued in one direction, one after the other. */
  async #carry(queue: Queue, frame: string, deliver: (frame: string) => void): Promise<void> {
    queue.frames.push(frame);
    if (queue.isMoving) return;
    queue.isMoving = true;
    for (let next = queue.frames[0]; next !== undefined; next = queue.frames[0]) {
      await this.#schedule(next);
      if (queue.frames[0] !== next) continue;
      queue.frames.shift();
      if (this.toLose > 0 && /^4[23]/.test(next)) this.toLose--;
      else deliver(next);
    }
    queue.isMoving = false;
  }

  #understand(wire: Wire, frame: string): void {
    const [, type, id = '', json = ''] = /^4(\d)\/visitor,(\d*)(.*)$/s.exec(frame) ?? [];
    if (type === '0') {
      const { accessToken } = JSON.parse(json) as Handshake;
      wire.reader = { kind: 'visitor', id: accessToken };
      this.#say(wire, '40/visitor,{"sid":"sid"}');
      this.#tell(wire, SERVER_FRAMES.hello, this.workspace.helloFor(wire.reader));
    } else if (type === '2' && wire.reader) {
      const [command, payload] = JSON.parse(json) as [string, unknown];
      const ack = execute(this.workspace, wire.reader, command, payload);
      this.#say(wire, `43/visitor,${id}${JSON.stringify([ack])}`);
    }
  }

  #tell(wire: Wire, name: string, payload: unknown): void {
    this.#say(wire, `42/visitor,${JSON.stringify([name, payload])}`);
  }

  #push({ conversationId, seq }: { conversationId: string; seq: number }): void {
    const { visitorId } = this.workspace.find(conversationId).row;
    for (const wire of this.#wires) {
      if (wire.isClosed || wire.reader?.id !== visitorId) continue;
      const seen = this.workspace.logFor(wire.reader, conversationId).at(-1);
      if (seen?.seq === seq) this.#tell(wire, SERVER_FRAMES.event, seen);
    }
  }

  #hangUp(wire: Wire): void {
    this.#wires.delete(wire);
    wire.up.frames.length = wire.down.frames.length = 0;
    const { onclose } = wire;
    wire.close();
    onclose?.();
  }
}

interface Queue {
  frames: string[];
  isMoving: boolean;
}

/** The client's end of a WebSocket. */
class Wire {
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onFrame: ((frame: string) => void) | undefined;
  readonly up: Queue = { frames: [], isMoving: false };
  readonly down: Queue = { frames: [], isMoving: false };
  reader: FakeReader | undefined;
  pinging: ReturnType<typeof setInterval> | undefined;
  isOpen = false;
  isClosed = false;

  send(frame: string): void {
    if (!this.isClosed) this.onFrame?.(frame);
  }

  /** What was sent before still arrives. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.pinging);
  }
}
