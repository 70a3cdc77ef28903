/** Sizes and counts that both sides of the wire agree on. Rates and capacities belong to the server alone. */
export const WIRE_LIMITS = {
  /** A message's text, in bytes of UTF-8. */
  textBytes: 8 * 1024,
  /** One Socket.IO frame or HTTP command body, in bytes. */
  frameBytes: 64 * 1024,
  /** A `clientEventId` or `clientConversationId`, in characters. */
  clientIdLength: 64,
  /** Any id that the server made, in characters. */
  idLength: 64,
  /** The name of a person or workspace, in characters. */
  nameLength: 120,
  /** RFC 5321 allows 254 characters in an e-mail address. */
  emailLength: 254,
  /** A page's address, in characters. Browsers agree on about 2,000. */
  urlLength: 2048,
  /** A page's title, in characters. */
  titleLength: 300,
  /** NIST SP 800-63B asks for at least 8 and for room up to 64 or more. */
  passwordLength: { min: 10, max: 200 },
  /** An access, refresh or invitation token, in characters. */
  tokenLength: 4096,
  /** An opaque place in a list, in characters. */
  listCursorLength: 512,
  /** Origins on which one workspace's widget may run. */
  allowedOrigins: 100,
  /** Events or inbox rows in one answer. */
  pageSize: 200,
  /** A reader further behind than this many events drops its log and loads the newest page. */
  resetGap: 1000,
  /** Characters of the last message kept in a conversation's row. */
  previewLength: 160,
  /** Unread messages are counted up to this number; more is shown as "99+". */
  unreadCount: 100,
  /**
   * Conversations of a view are counted up to this number. More than is ever shown: what is resolved until the next count
   * leaves "99+" as it is.
   */
  inboxCount: 1000,
} as const;
