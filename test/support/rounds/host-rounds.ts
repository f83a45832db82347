import type { Running } from '../imgpipe.ts';
import { checkEnd, checkExit, drainAndCheck, startReceiver, stopStage, waitForAlerts } from './running-stages.ts';
import type { Site } from './site.ts';

/** The hosts of a pipeline; `check` is the one from which its end is checked. */
export interface Hosts {
  readonly camera: Site;
  readonly analyzer: Site;
  readonly alerts: Site;
  readonly check: Site;
}

const STREAMS = ['default', 'north', 'south'];
const PER_STREAM = 4;
const INTERVAL = '100ms';
/** What a stage says that has waited, given up or lost a lock. */
const TROUBLE = /is waiting|lost|idle|published again/;

/** Three streams, each received by a process of its own, with the stages on hosts of their own. No stage has any trouble. */
export async function threeStreams({ camera, analyzer, alerts, check }: Hosts): Promise<string[]> {
  const analyze = analyzer.start('analyze');
  const alert = alerts.start('alert');
  await Promise.all([analyze, alert].map((stage) => stage.until(/broker/)));
  const receivers = STREAMS.map((stream) => startReceiver(camera, { count: PER_STREAM, interval: INTERVAL }, stream));
  const problems = (await Promise.all(receivers.map((each) => checkEnd('receive', each)))).flat();
  problems.push(...(await waitForAlerts(check, STREAMS.length)));
  problems.push(...(await answers(analyzer.start('status', '--alive', 'analyze'))));
  problems.push(...(await answers(alerts.start('status', '--alive', 'alert'))));
  problems.push(...(await answers(camera.start('status'))));
  problems.push(...(await stopStage('analyze', analyze)), ...(await stopStage('alert', alert)));
  for (const stage of [analyze, alert, ...receivers]) {
    if (TROUBLE.test(stage.stderr())) problems.push(`trouble: ${stage.stderr()}`);
  }
  for (const host of [camera, analyzer, alerts]) problems.push(...(await answers(host.start('status', '--check'))));
  return [...problems, ...(await drainAndCheck(check, Object.fromEntries(STREAMS.map((each) => [each, PER_STREAM]))))];
}

async function answers(status: Running): Promise<string[]> {
  const end = await status.ended;
  return checkExit(`status: ${end.stdout}`, end, 0);
}
