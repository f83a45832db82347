import { freePorts } from '../../kafka/ports.ts';
import { fillAlerts } from '../../test/support/many-alerts.ts';
import { head, ms, row } from '../print.ts';
import { started } from '../processes.ts';
import type { Session } from '../session.ts';
import { percentile } from '../statistics.ts';

const ALERTS = 100_000;
const REQUESTS = 200;
const WARM_UP = 50;

/** The requests of a user who browses many alerts. */
const PAGES: readonly (readonly [what: string, address: string])[] = [
  ['the first page', '/'],
  ['a page in the middle', '/?before=50000'],
  ['a stream', '/?stream=north'],
  ['a stream and technique', '/?stream=north&technique=l2@2'],
  ['the strongest 1 %', '/?min_measurement=9900'],
  ['the strongest, 10 alerts', '/?min_measurement=9999'],
  ['the first page as JSON', '/api/alerts'],
  ["a stream's timeline", '/streams/north'],
  ['an alert', '/alerts/50000'],
  ['Prometheus metrics', '/metrics'],
];

/** The response times of the viewer with many alerts, for sequential requests on this machine. */
export async function viewer(session: Session): Promise<void> {
  const { folder } = session.newCase();
  await fillAlerts(folder, session.images(ALERTS));
  const [port] = await freePorts(1);
  const serving = await started(['serve', '--data', folder, '--port', String(port)]);
  try {
    const url = `http://127.0.0.1:${port}`;
    head(`response times of the viewer, ${session.images(ALERTS)} alerts`, 'bytes', 'p50', 'p99');
    for (const [what, address] of PAGES) await measure(what, url + address);
  } finally {
    await serving.stop();
  }
}

async function measure(what: string, address: string): Promise<void> {
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
