import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMeter, type Meter } from '../../meter.ts';
import {
  canMount,
  canTrace,
  type Fault,
  limitedFiles,
  lockedDatabase,
  mountSmallDisk,
  readOnlyDisk,
  type SmallDisk,
  slowDisk,
} from '../faults/store-faults.ts';
import { startStoreProbe, type StoreProbe } from '../faults/store-probe.ts';
import { atMost, percentile, round } from '../../figures.ts';
import { defineRow, type Findings } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  faultMs: number;
  conversations: number;
  perSecond: number;
  faults: readonly FaultName[];
}

type FaultName =
  | 'fsync 50 ms'
  | 'fsync 500 ms'
  | 'disk full'
  | 'file at its limit'
  | 'disk read-only'
  | 'lock held';

interface Store {
  pid: number;
  file: string;
  disk: SmallDisk | undefined;
}

interface StoreFault {
  begin(store: Store): Fault | Promise<Fault>;
  /** Whether nothing can be written meanwhile. */
  refuses: boolean;
  /** No acknowledgement can be faster: each waits until the disk has the message. */
  leastAckMs?: number;
  /** What this machine has to allow. */
  needs?: 'tracing' | 'mounting';
}

const FAULTS: Record<FaultName, StoreFault> = {
  'fsync 50 ms': slowSync(50),
  'fsync 500 ms': slowSync(500),
  'disk full': { begin: ({ disk }) => fill(disk), refuses: true, needs: 'mounting' },
  'file at its limit': { begin: ({ pid }) => limitedFiles(pid, 1), refuses: true },
  'disk read-only': { begin: ({ pid }) => readOnlyDisk(pid), refuses: true, needs: 'tracing' },
  'lock held': { begin: ({ file }) => lockedDatabase(file), refuses: true },
};

const EVENT_LOOP_MS = 100;
const RECOVERY_MS = 10_000;
const DISK_MB = 24;

/** A disk that is slow, full or read-only, and another program in the way. */
export const a27 = defineRow<Parameters>({
  name: 'A27',
  does: 'Each wait for the disk takes 50, then 500 ms; the disk is full; it is read-only; another program holds the write lock for 5 s. Nothing is acknowledged that is not stored, or before the disk has it; what cannot be written is refused as store_unavailable while reads go on, event loop p99 < 100 ms, and all recovers without a restart.',
  quick: {
    faultMs: 600,
    conversations: 3,
    perSecond: 30,
    faults: ['file at its limit', 'fsync 50 ms'],
  },
  full: {
    faultMs: 5000,
    conversations: 20,
    perSecond: 100,
    faults: Object.keys(FAULTS) as FaultName[],
  },
  fullSeconds: 90,
  async run(stage, { faultMs, conversations, perSecond, faults }) {
    const disk = !stage.isQuick && canMount() ? mountUnder(stage) : undefined;
    const meter = createMeter();
    const { pid } = await stage.startServer({ execArgv: meter.execArgv });
    stage.onEnd(() => meter.close());
    const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
    const probe = await startStoreProbe(stage.server);
    const findings: Required<Findings> = { figures: {}, failures: [], notRun: [] };
    talk.begin();
    for (const name of faults) {
      const { needs } = FAULTS[name];
      if ((needs === 'mounting' && !disk) || (needs === 'tracing' && !canTrace())) {
        findings.notRun.push(`${name}: this machine does not allow ${needs}`);
        continue;
      }
      const store = { pid, file: stage.file, disk };
      const { p99 } = await live(name, { store, meter, probe, faultMs, findings });
      if (stage.isQuick) continue;
      findings.failures.push(...atMost(`${name}: event loop p99 in ms`, p99, EVENT_LOOP_MS));
    }
    findings.figures['sends'] = (await talk.end()).length;
    const lost = await probe.end();
    if (lost.length) findings.failures.push(`${lost.length} acknowledged messages are not stored`);
    return findings;
  },
});

interface Trial {
  store: Store;
  meter: Meter;
  probe: StoreProbe;
  faultMs: number;
  findings: Findings;
}

/** Lives through one fault, and looks at what everybody met. Answers how late the event loop was. */
async function live(name: FaultName, trial: Trial): Promise<{ p99: number }> {
  const { store, meter, probe, faultMs, findings } = trial;
  const { begin, refuses, leastAckMs = 0 } = FAULTS[name];
  const fail = (text: string) => void findings.failures.push(`${name}: ${text}`);
  const fault = await begin(store);
  await meter.read('eventLoop');
  probe.take();
  await sleep(faultMs);
  const { sends, ackMs, failedReads, readMs } = probe.take();
  const { p99 } = await meter.read('eventLoop');
  await fault.mend();

  const refused = Object.keys(sends).filter((code) => code !== 'ok');
  const unexpected = refused.filter((code) => code !== 'store_unavailable');
  if (unexpected.length) fail(`messages were answered with ${unexpected.join(', ')}`);
  if (refuses && !sends['store_unavailable']) fail('nothing was refused');
  if (!refuses && !sends['ok']) fail('nothing was acknowledged');
  // One may have been on its way when the disk became slow.
  const early = ackMs.filter((ms) => ms < leastAckMs).length;
  if (early > 1) fail(`${early} messages were acknowledged before the disk had them`);
  if (failedReads) fail(`${failedReads} reads failed`);

  const mendedAt = performance.now();
  while (!probe.take().sends['ok']) {
    await sleep(20);
    if (performance.now() - mendedAt < RECOVERY_MS) continue;
    fail(`nothing can be written ${RECOVERY_MS} ms after it was mended`);
    break;
  }
  findings.figures[`${name}: refused`] = sends['store_unavailable'] ?? 0;
  findings.figures[`${name}: acknowledged`] = sends['ok'] ?? 0;
  findings.figures[`${name}: reads`] = readMs.length;
  findings.figures[`${name}: read p99 ms`] = round(percentile(readMs, 0.99));
  findings.figures[`${name}: event loop p99 ms`] = round(p99);
  findings.figures[`${name}: recovery ms`] = round(performance.now() - mendedAt);
  return { p99 };
}

function slowSync(delayMs: number): StoreFault {
  return {
    begin: ({ pid }) => slowDisk(pid, delayMs),
    refuses: false,
    leastAckMs: delayMs,
    needs: 'tracing',
  };
}

function fill(disk: SmallDisk | undefined): Fault {
  if (!disk) throw new Error('there is no small disk');
  return disk.fill();
}

/** Before the server makes its files there. */
function mountUnder(stage: Stage): SmallDisk {
  const disk = mountSmallDisk(dirname(stage.file), DISK_MB);
  stage.onEnd(() => disk.unmount());
  return disk;
}
