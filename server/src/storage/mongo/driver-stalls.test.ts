import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import { connect } from './connection.ts';
import { endWithin, reconnectWhenStuck } from './driver-stalls.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { isUnavailable } from './store-error.ts';

const server = await findMongo();

const never = () => new Promise<never>(() => undefined);

describe('a deadline', () => {
  it('leaves alone what ends in time, however it ends', async () => {
    expect(await endWithin(1000, Promise.resolve('done'))).toBe('done');
    const mistake = new RangeError('no such place');
    await expect(endWithin(1000, Promise.reject(mistake))).rejects.toBe(mistake);
  });

  it('ends what never ends, as an outage, and lets those behind it go on', async () => {
    const queue = createKeyedQueue();
    const stuck = queue.run('key', () => endWithin(20, never()));
    const next = queue.run('key', async () => 'next');
    const error: unknown = await stuck.catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
    expect(error).toMatchObject({ message: 'no end after 0.02 seconds' });
    expect(await next).toBe('next');
  });
});

describe.runIf(server)('a connection whose sockets were closed in the moment of writing', () => {
  it('is made anew, since the driver waits on it for ever', { timeout: 60_000 }, async () => {
    const connection = await connect(freshDatabase(server ?? ''));
    const client = connection.getClient();
    const watch = reconnectWhenStuck(client);
    onTestFinished(async () => {
      await watch.close();
      await connection.close();
    });
    const ping = async () => await connection.db?.admin().ping();
    await ping();

    // What the driver writes next goes to a socket that is closed, of which it has not heard yet.
    const realWrite = Socket.prototype.write;
    const write = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (
      this: Socket,
      ...given: unknown[]
    ) {
      this.destroy();
      return realWrite.apply(this, given as Parameters<typeof realWrite>);
    });
    await once(client, 'serverHeartbeatStarted');
    await vi.waitFor(() => expect(write).toHaveBeenCalled());
    write.mockRestore();
    let isEnded = false;
    for (const event of ['serverHeartbeatSucceeded', 'serverHeartbeatFailed'] as const) {
      client.once(event, () => (isEnded = true));
    }
    await wait(7000);
    expect(isEnded, 'the heartbeat ends by itself').toBe(false);

    await once(client, 'open');
    expect(await ping()).toMatchObject({ ok: 1 });
  });

  it('is made anew when no other can be made behind it, although heartbeats go on', {
    timeout: 60_000,
  }, async () => {
    const connection = await connect(freshDatabase(server ?? ''));
    const client = connection.getClient();
    const watch = reconnectWhenStuck(client);
    onTestFinished(async () => {
      await watch.close();
      await connection.close();
    });
    const ping = async () => await connection.db?.admin().ping();

    const realWrite = Socket.prototype.write;
    const write = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (
      this: Socket,
      ...given: unknown[]
    ) {
      // A greeting says who comes; a heartbeat does not any more.
      const isStalled = /ping|application/.test(String(given[0]));
      if (isStalled) this.destroy();
      return realWrite.apply(this, given as Parameters<typeof realWrite>);
    });
    // The connection that there is, and the two that may be made at once.
    for (let one = 0; one < 3; one += 1) ping().catch(() => undefined);
    await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(3));
    write.mockRestore();
    await expect(ping()).rejects.toThrow('Timed out while checking out a connection');
    const heartbeat = once(client, 'serverHeartbeatSucceeded');
    await expect(ping()).rejects.toThrow('Timed out while checking out a connection');
    await heartbeat;

    await once(client, 'open');
    expect(await ping()).toMatchObject({ ok: 1 });
  });
});

it('counts what the driver says of a closed client as an outage', async () => {
  const client = new mongo.MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 });
  await client.connect().catch(() => undefined);
  await client.close();
  const error: unknown = await client
    .db('alcove')
    .command({ ping: 1 })
    .catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
});
