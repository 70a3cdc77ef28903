/** What lies between a client and a server. Everything holds for both directions of each connection. */
export interface Conditions {
  /** One way; a round trip takes twice as long. */
  latencyMs: number;
  /** Added to the latency, evenly spread between 0 and this. Bytes stay in order, as TCP keeps them. */
  jitterMs: number;
  bytesPerSecond: number;
  /** Bytes arrive in pieces no larger than this. */
  sliceBytes: number;
  /** Share of packets that get lost. TCP sends them again, so that what is seen of it is a delay of everything behind. */
  lossRate: number;
  /** That delay. A round trip or 200 ms is what it costs at best. */
  retransmitMs: number;
  /** Share of packets that bring a reset of their connection. */
  resetRate: number;
  /**
   * `dark`: nothing arrives, and what was sent arrives later, as in a tunnel. `mute`: bytes are taken and swallowed, and
   * new connections accepted, as behind a firewall that forgot them; such connections never recover. `cut`: connections
   * are reset, and new ones too.
   */
  link: 'open' | 'dark' | 'mute' | 'cut';
}

/** A link on which nothing is wrong. */
export const HEALTHY: Conditions = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  sliceBytes: Number.POSITIVE_INFINITY,
  lossRate: 0,
  retransmitMs: 200,
  resetRate: 0,
  link: 'open',
};
