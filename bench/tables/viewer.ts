import { freePorts } from '../../kafka/ports.ts';
import { fillAlerts } from '../../test/support/many-alerts.ts';
import type { Session } from '../bench-folder.ts';
import { head, ms, row } from '../print.ts';
import { started } from '../processes.ts';
import { percentile } from '../statistics.ts';

const ALERTS = 100_000;
const REQUESTS = 200;
const WARM_UP = 50;

/** What somebody asks for who looks through many alerts. */
const ASKED: readonly (readonly [what: string, address: string])[] = [
  ['the front page', '/'],
  ['a page in the middle', '/?before=50000'],
  ['of one stream', '/?stream=north'],
  ['of one stream and technique', '/?stream=north&technique=l2@1'],
  ['the strongest hundredth', '/?min_measurement=9900'],
  ['the strongest, 10 alerts', '/?min_measurement=9999'],
  ['the front page as JSON', '/api/alerts'],
  ["a stream's timeline", '/streams/north'],
  ['an alert', '/alerts/50000'],
  ['figures for Prometheus', '/metrics'],
];

/** The times of the viewer's answers over many alerts, one request after the other, as a browser on this machine sees them. */
export async function viewer(workplace: Session): Promise<void> {
  const { folder } = workplace.newCase();
  await fillAlerts(folder, workplace.images(ALERTS));
  const [port] = await freePorts(1);
  const serving = await started(['serve', '--data', folder, '--port', String(port)]);
  try {
    const url = `http://127.0.0.1:${port}`;
    head(`the viewer's answers, ${workplace.images(ALERTS)} alerts`, 'bytes', 'p50', 'p99');
    for (const [what, address] of ASKED) await tell(what, url + address);
  } finally {
    await serving.stop();
  }
}

async function tell(what: string, address: string): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let request = 0; request < WARM_UP + REQUESTS; request += 1) {
    const began = performance.now();
    const response = await fetch(address);
    bytes = (await response.arrayBuffer()).byteLength;
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    if (request >= WARM_UP) times.push(performance.now() - began);
  }
  row(what, bytes, ms(percentile(times, 0.5)), ms(percentile(times, 0.99)));
}
