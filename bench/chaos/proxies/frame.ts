/** One frame of a client (`up`) or of the server (`down`), understood. */
export interface Frame {
  direction: 'up' | 'down';
  /** Counts connections from 1. */
  connection: number;
  kind:
    | 'command'
    | 'ack'
    | 'event'
    | 'signal'
    | 'hello'
    | 'refused'
    | 'connect'
    | 'heartbeat'
    | 'other';
  /** Such as `/visitor`; empty for what belongs to no namespace. */
  namespace: string;
  /** Of a command its name; of an ack the name of the command that it answers. */
  command?: string;
  /** A command's payload, an ack, an event, a signal. */
  body?: unknown;
}

/** Reads the frames of one connection, and remembers which acknowledgement answers which command. */
export type ReadFrame = (direction: Frame['direction'], text: string) => Frame;

/** Engine.IO's `4` for a message and Socket.IO's type, a namespace, an acknowledgement's id, JSON. */
const PACKET = /^4(\d)(?:(\/[^,]*),)?(\d*)(.*)$/s;

const PUSHES = ['hello', 'event', 'signal', 'refused'] as const;

/** @see ReadFrame */
export function createFrameReader(connection: number): ReadFrame {
  const commands = new Map<string, string>();
  return (direction, text) => {
    const other: Frame = { direction, connection, kind: 'other', namespace: '' };
    if (text === '2' || text === '3') return { ...other, kind: 'heartbeat' };
    const [, type, namespace = '', id = '', json = ''] = PACKET.exec(text) ?? [];
    const frame: Frame = { ...other, namespace };
    if (type === '0') return { ...frame, kind: 'connect', body: parse(json) };
    if (type === '2') {
      const [name, body] = asList(parse(json));
      const push = PUSHES.find((candidate) => direction === 'down' && candidate === name);
      if (push) return { ...frame, kind: push, body };
      if (direction === 'down') return frame;
      commands.set(namespace + id, String(name));
      return { ...frame, kind: 'command', command: String(name), body };
    }
    if (type !== '3') return frame;
    const command = commands.get(namespace + id);
    commands.delete(namespace + id);
    return { ...frame, kind: 'ack', command, body: asList(parse(json))[0] };
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // What cannot be understood is passed on: judging it is up to who gets it.
    return undefined;
  }
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
