/** Wire protocol spoken by this build. Each side sends only what the lower of both versions knows. */
export const PROTOCOL_VERSION = 1;

/** Oldest protocol that a server of this build still speaks; an older client is told `upgrade_required`. */
export const OLDEST_SUPPORTED_PROTOCOL = 1;
