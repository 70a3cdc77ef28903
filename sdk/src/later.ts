/** What a visitor's client loads after the first message, in one piece: a first open may weigh 24 KB. */
export { openKeyValueStorage } from './key-value-storage.ts';
export { Participation } from './participation.ts';
export { recoverRecord } from './recover-record.ts';
export { joinTabs } from './tabs.ts';
