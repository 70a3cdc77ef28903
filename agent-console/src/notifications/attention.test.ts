import { describe, expect, it } from 'vitest';
import { createAttention } from './attention.ts';

// Node has Web Locks of its own, so these are the real ones.
const { locks } = navigator;

describe('attention', () => {
  it('is known to all tabs of an agent, and to those of nobody else', async () => {
    const here = createAttention({ agentId: 'ag_known', locks });
    const there = createAttention({ agentId: 'ag_known', locks });
    const other = createAttention({ agentId: 'ag_other', locks });
    there.turnTo('cv_1');
    expect(await here.of('cv_1')).toEqual({ isPresent: true, isReading: true });
    expect(await here.of('cv_2')).toEqual({ isPresent: true, isReading: false });
    expect(await other.of('cv_1')).toEqual({ isPresent: false, isReading: false });
    for (const each of [here, there, other]) each.close();
  });

  it('ends when the tab is hidden, shows something else, or closes', async () => {
    const here = createAttention({ agentId: 'ag_ends', locks });
    const there = createAttention({ agentId: 'ag_ends', locks });
    there.turnTo('cv_1');
    there.turnTo('');
    await expect.poll(() => here.of('cv_1')).toEqual({ isPresent: true, isReading: false });
    there.turnTo(null);
    await expect.poll(() => here.of('cv_1')).toEqual({ isPresent: false, isReading: false });
    there.turnTo('cv_1');
    there.close();
    await expect.poll(() => here.of('cv_1')).toEqual({ isPresent: false, isReading: false });
    here.close();
  });

  it('is of this tab alone where there are no locks', async () => {
    const here = createAttention({ agentId: 'ag_alone' });
    expect(await here.of('cv_1')).toEqual({ isPresent: false, isReading: false });
    here.turnTo('cv_1');
    expect(await here.of('cv_1')).toEqual({ isPresent: true, isReading: true });
  });
});
