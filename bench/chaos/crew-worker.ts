// A thread full of clients. It is told what they do by `startCrew`, one message for each call.
import { parentPort, workerData } from 'node:worker_threads';
import { BareClient } from './bare-client.ts';
import type { ChaosClient, ClientSpec } from './client.ts';
import type { CrewAnswer, CrewCall, CrewData } from './crew.ts';
import { openHistory, type Record } from './history.ts';
import { createRandom } from './random.ts';
import { SdkClient } from './sdk-client.ts';
import { shiftClock } from './shift-clock.ts';

const { folder, name, seed, haste, clockShiftMs } = workerData as CrewData;
const history = openHistory(folder, name);
const random = createRandom(seed).fork(name);
const clients = new Map<string, ChaosClient>();

// What clients choose by themselves (jitter, backoff) follows the seed, too.
Math.random = random.fork('Math.random').next;
// In quick forms nobody has half a minute to find out that the last event was lost.
const { setTimeout: setUnhurried } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: () => void, ms = 0, ...rest: []) => setUnhurried(work, ms / haste, ...rest),
  setUnhurried,
);
// A clock that was never set, as many phones have it. Histories are kept by another one.
shiftClock(() => clockShiftMs);
// Clients in one process are no tabs of one browser.
Reflect.deleteProperty(globalThis, 'BroadcastChannel');
Reflect.defineProperty(globalThis.navigator, 'locks', { value: undefined });

function add(spec: ClientSpec): void {
  const create = spec.kind === 'bare' ? BareClient : SdkClient;
  const all = history.recorder(spec.name);
  const record: Record =
    spec.recordsApplied === false
      ? (happening) => (happening.type === 'apply' ? undefined : all(happening))
      : all;
  clients.set(spec.name, new create(spec, record, random.fork(spec.name)));
}

async function perform({ client: clientName, method, parameters }: CrewCall): Promise<unknown> {
  if (method === 'add') return add(parameters[0] as ClientSpec);
  if (method === 'flush') return history.flush();
  const client = clients.get(clientName);
  if (!client) throw new Error(`there is no client ${clientName}`);
  const act = client[method] as (...parameters: unknown[]) => Promise<unknown>;
  return act.apply(client, parameters);
}

parentPort?.on('message', (call: CrewCall) => {
  perform(call).then(
    (result) => answer({ number: call.number, result }),
    (error: unknown) => answer({ number: call.number, error: String(error) }),
  );
});

function answer(message: CrewAnswer): void {
  parentPort?.postMessage(message);
}
