/** What a connection needs of a Socket.IO client. `socket-contract.ts` says how each one has to behave. */
export interface Socket {
  /** Answers the acknowledgement. Rejects after `timeoutMs` of silence, and when the connection is lost. */
  ask(name: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

/** After `close`, `onRefused` or `onLost` none of these is called any more. */
export interface SocketOptions {
  /** The server's address without a slash at its end. */
  serverUrl: string;
  /** Such as `/visitor`. */
  namespace: string;
  /** The handshake's payload. */
  auth: object;
  /** The handshake's `Origin` outside of browsers, which send their own. */
  origin: string | undefined;
  onEvent(name: string, payload: unknown): void;
  /** The namespace was refused, for the reason that the server gives. */
  onRefused(reason: unknown): void;
  /** The connection was lost, or could not be made. */
  onLost(): void;
}

/** Opens one connection to one namespace; it never reconnects and never holds back what is asked. */
export type OpenSocket = (options: SocketOptions) => Socket;
