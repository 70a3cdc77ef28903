import { type ProcessFacts, processFacts } from './process-facts.ts';

/** What a process needed while it was watched. */
export interface Needs {
  mostRssMb: number;
  /** Of one core. */
  cpuPercent: number;
  /** One for each look, oldest first. */
  facts: ProcessFacts[];
}

const LOOK_MS = 1000;

/** Looks at a process every second. @returns what ends that and answers what it needed. */
export function watchProcess(pid: number): () => Needs {
  const startedAt = performance.now();
  const facts = [processFacts(pid)];
  const timer = setInterval(() => facts.push(processFacts(pid)), LOOK_MS);
  return () => {
    clearInterval(timer);
    const last = processFacts(pid);
    facts.push(last);
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      mostRssMb: Math.max(...facts.map(({ rssMb }) => rssMb)),
      cpuPercent: (100 * (last.cpuSeconds - (facts[0]?.cpuSeconds ?? 0))) / seconds,
      facts,
    };
  };
}
