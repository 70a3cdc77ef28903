/** What is backed up: the database, and a folder of small files that it is of no use without. */
export interface BackedUp {
  databaseUrl: string;
  keysDir: string;
}

/** What a backup holds. */
export interface BackupContents {
  /** When it was made, ISO 8601. */
  createdAt: string;
  workspaces: number;
  conversations: number;
  events: number;
}

/** What was put back, and under which names the data is kept that was there before. */
export interface Restored extends BackupContents {
  replaced: string[];
}
