export { freePort } from './free-port.ts';
export type { Factories, NewAgent, TestAgent } from './factories.ts';
export { type SpawnedServer, type SpawnOptions, spawnTestServer } from './spawn-test-server.ts';
export { hasCaddy, startCaddy, type TestCaddy } from './start-caddy.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './start-test-server.ts';
export { createTestClock, type TestClock } from './test-clock.ts';
export { openStorage } from '../storage/open-storage.ts';
export type { ConversationStorage, Storage } from '../storage/storage.ts';
