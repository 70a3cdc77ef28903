/** A handful of files that break one rule, and nothing but that rule. */
export interface Fixture {
  readonly rule: string;
  readonly files: Readonly<Record<string, string>>;
}

const empty = 'export {};';

/** For each rule of architecture.ts a tree that breaks it. */
export const fixtures: readonly Fixture[] = [
  {
    rule: 'no-cycles',
    files: {
      'sdk/src/outbox.ts': `import type { B } from './store.ts'; export interface A { b: B }`,
      'sdk/src/store.ts': `import type { A } from './outbox.ts'; export interface B { a: A }`,
    },
  },
  {
    rule: 'everything-resolves',
    files: { 'sdk/src/outbox.ts': `import { openEvent } from '@alcove/protocol/src/events.ts';` },
  },
  {
    rule: 'dependencies-are-declared',
    files: { 'server/src/logger.ts': `import undeclared from 'undeclared';` },
  },
  {
    rule: 'packages-by-their-public-door',
    files: {
      'sdk/src/outbox.ts': `import type { Event } from '../../protocol/src/events.ts';`,
      'protocol/src/events.ts': `export interface Event { seq: number }`,
    },
  },
  {
    rule: 'protocol-imports-nothing-of-ours',
    files: { 'protocol/src/events.ts': `import type { Store } from '@alcove/sdk';` },
  },
  {
    rule: 'sdk-knows-no-user-of-it',
    files: { 'sdk/src/visitor.ts': `import app from '@alcove/widget';` },
  },
  {
    rule: 'server-never-sees-clients',
    files: { 'server/src/domain/messages.ts': `import { applyEvent } from '@alcove/sdk';` },
  },
  {
    rule: 'clients-never-see-the-server',
    files: { 'sdk/src/visitor.ts': `import type { Storage } from '@alcove/server';` },
  },
  {
    rule: 'widget-and-console-are-strangers',
    files: { 'agent-console/src/app/App.tsx': `import app from '@alcove/widget';` },
  },
  {
    rule: 'domain-knows-no-transport',
    files: {
      'server/src/domain/messages.ts': `import { roomOf } from '../transport/realtime/rooms.ts';`,
      'server/src/transport/realtime/rooms.ts': empty,
    },
  },
  {
    rule: 'domain-knows-no-transport',
    files: { 'server/src/domain/messages.ts': `import type { Request } from 'express';` },
  },
  {
    rule: 'domain-sees-interfaces-only',
    files: {
      'server/src/domain/messages.ts': `import { openStorage } from '../storage/open-storage.ts';`,
      'server/src/storage/open-storage.ts': empty,
    },
  },
  {
    rule: 'engines-stay-in-their-room',
    files: {
      'server/src/transport/http/app.ts': `import { insert } from '../../storage/sqlite/events.ts';`,
      'server/src/storage/sqlite/events.ts': empty,
    },
  },
  {
    rule: 'engines-know-only-the-interface',
    files: {
      'server/src/storage/sqlite/events.ts': `import { canRead } from '../../domain/access.ts';`,
      'server/src/domain/access.ts': empty,
    },
  },
  {
    rule: 'mongoose-only-in-storage-mongo',
    files: { 'server/src/transport/http/app.ts': `import mongoose from 'mongoose';` },
  },
  {
    rule: 'redis-only-in-cluster-redis',
    files: { 'server/src/transport/realtime/gateway.ts': `import { Redis } from 'ioredis';` },
  },
  {
    rule: 'node-sqlite-only-in-storage-sqlite',
    files: { 'server/src/cli/doctor.ts': `import { DatabaseSync } from 'node:sqlite';` },
  },
  {
    rule: 'socket-io-client-only-behind-sdk-socket',
    files: { 'agent-console/src/client/client.ts': `import { io } from 'socket.io-client';` },
  },
  {
    rule: 'socket-io-client-only-behind-sdk-socket',
    files: { 'sdk/src/connection.ts': `import { io } from 'socket.io-client';` },
  },
  {
    rule: 'validator-stays-out-of-the-browser',
    files: { 'widget/src/app/mount.ts': `import { parseEvent } from '@alcove/protocol/schemas';` },
  },
  {
    rule: 'validator-stays-out-of-the-browser',
    files: { 'sdk/src/sync.ts': `import * as z from 'zod';` },
  },
  {
    rule: 'validator-behind-its-door',
    files: { 'protocol/src/events.ts': `import * as z from 'zod';` },
  },
  {
    rule: 'loader-never-imports-the-app',
    files: {
      'widget/src/loader/launcher.ts': `void import('../app/mount.ts');`,
      'widget/src/app/mount.ts': empty,
    },
  },
  {
    rule: 'console-features-are-strangers',
    files: {
      'agent-console/src/inbox/Inbox.tsx': `import { Timeline } from '../conversation/Timeline.tsx';`,
      'agent-console/src/conversation/Timeline.tsx': empty,
    },
  },
  {
    rule: 'tests-do-not-ship',
    files: {
      'server/src/create-server.ts': `import { aVisitor } from './testing/factories.ts';`,
      'server/src/testing/factories.ts': empty,
    },
  },
  {
    rule: 'test-tools-do-not-ship',
    files: { 'sdk/src/testing/fake-server.ts': `import { vi } from 'vitest';` },
  },
  {
    rule: 'environment-only-in-config',
    files: { 'server/src/logger.ts': `export const level = process.env['LOG_LEVEL'];` },
  },
  {
    rule: 'domain-knows-no-process',
    files: { 'server/src/domain/clock.ts': `export const now = () => process.hrtime();` },
  },
];

/** Files that keep every rule, although each comes close to breaking one. */
export const lawful: Readonly<Record<string, string>> = {
  'protocol/src/index.ts': `export interface Event { seq: number }`,
  'protocol/src/schemas.ts': `import * as z from 'zod'; export const event = z.object({});`,
  'sdk/src/index.ts': `import type { Event } from '@alcove/protocol'; export type { Event };`,
  'sdk/src/socket-io-client.ts': `import { io } from 'socket.io-client'; export const open = io;`,
  'sdk/src/sync.ts': `import type { event } from '@alcove/protocol/schemas'; export type E = typeof event;`,
  'server/src/index.ts': `export * from './create-server.ts';`,
  'server/src/config.ts': `export const port = process.env['PORT'];`,
  'server/src/create-server.ts': `import { open } from './storage/sqlite/open.ts'; export { open };`,
  'server/src/storage/sqlite/open.ts': `import { DatabaseSync } from 'node:sqlite'; export const open = DatabaseSync;`,
  'server/src/delivery.test.ts': `import type { Event } from '@alcove/sdk'; export type { Event };`,
  'widget/src/loader/launcher.ts': `import type { Mount } from '../app/mount.ts'; export type { Mount };`,
  'widget/src/app/mount.ts': `export type Mount = () => void;`,
  'agent-console/src/inbox/Inbox.tsx': `import { Row } from '../shared/Row.tsx'; export const Inbox = () => <Row />;`,
  'agent-console/src/shared/Row.tsx': `export const Row = () => null;`,
};
