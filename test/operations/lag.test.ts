import { describe, expect, it } from 'vitest';
import { groupLags, idleMembers } from '../../src/operations/lag.ts';
import { testPipeline } from '../support/test-pipeline.ts';

const LOGS = {
  images: [
    { partition: 0, start: 0, end: 10 },
    { partition: 1, start: 5, end: 9 },
    { partition: 2, start: 0, end: 0 },
  ],
  events: [{ partition: 0, start: 0, end: 3 }],
};

async function lags(committed: ReadonlyMap<string, ReadonlyMap<number, number>>) {
  const { bus } = await testPipeline({ durable: true });
  const members = async (group: string) => (group === 'image_analysis_group' ? ['one', 'two'] : []);
  return groupLags({ ...bus, nameOf: (name) => `p.${name}`, members }, committed, LOGS);
}

describe('the lag of a group', () => {
  it('is the number of messages after its commits, or after the start of the log without a commit', async () => {
    const committed = new Map([['image_analysis_group', new Map([[0, 7]])]]);
    expect(await lags(committed)).toEqual([
      {
        topic: 'p.image_analysis',
        group: 'p.image_analysis_group',
        members: ['one', 'two'],
        lag: 3 + 4,
        partitions: [
          { partition: 0, start: 0, end: 10, committed: 7, lag: 3 },
          { partition: 1, start: 5, end: 9, committed: null, lag: 4 },
          { partition: 2, start: 0, end: 0, committed: null, lag: 0 },
        ],
      },
    ]);
  });

  it('does not count messages that the log no longer has, and is 0 for a commit past the end of the log', async () => {
    const committed = new Map([
      ['image_analysis_group', new Map([[1, 2]])],
      ['image_event_alert_group', new Map([[0, 4]])],
    ]);
    const [analysis, alert] = await lags(committed);
    expect(analysis?.partitions[1]).toMatchObject({ committed: 2, lag: 4 });
    expect([alert?.topic, alert?.lag]).toEqual(['p.image_event_alert', 0]);
  });
});

describe('idle members', () => {
  const group = { topic: 't', group: 'g', lag: 0, partitions: [] };

  it('are reported if a group has more members than the pipeline has streams', () => {
    expect(idleMembers([{ ...group, members: ['a', 'b'] }], [{ stream: 'sky' }])).toEqual([
      'g has 2 members for 1 stream: the only stream, sky, is on one partition, which only one member consumes, so at most 1 of them has work',
    ]);
    expect(idleMembers([{ ...group, members: ['a', 'b', 'c'] }], [{ stream: 'sky' }, { stream: 'sea' }])).toEqual([
      'g has 3 members for 2 streams: each stream is on one partition, which only one member consumes, so at most 2 of them have work',
    ]);
  });

  it('are not reported if there are enough streams, or none yet', () => {
    expect(idleMembers([{ ...group, members: ['a', 'b'] }], [{ stream: 'sky' }, { stream: 'sea' }])).toEqual([]);
    expect(idleMembers([{ ...group, members: ['a', 'b'] }], [])).toEqual([]);
  });
});
