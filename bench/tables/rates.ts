import path from 'node:path';
import { makeCopies, makePictures } from '../pictures.ts';
import { pixelsAlone } from '../pixels-alone.ts';
import { head, row, say } from '../print.ts';
import { timed } from '../processes.ts';
import type { Session } from '../session.ts';
import { threeProcesses } from '../three-processes.ts';

/** The throughput for three kinds of input, also relative to the pixel work of the default stream. */
export async function rates(session: Session, original: string): Promise<void> {
  const { folder, images } = session;
  const baseline = await pixelsAlone(original, images(400));
  say(`\nPixel work of the default stream: ${Math.round(baseline)} images/s`);
  head('case', 'images', 'time', 'images/s', 'relative to the pixel work');

  const many = images(2000);
  await stages(session, 'default stream', many, ['--count', String(many)], baseline);
  const copies = path.join(folder, 'copies');
  makeCopies(copies, many, original);
  await stages(session, 'without changed images', many, [copies], baseline);
  const large = path.join(folder, 'large');
  makePictures(large, { count: images(200), width: 1920, height: 1080, changedEvery: 4 });
  await stages(session, '1920 × 1080, every fourth changed', images(200), [large], baseline);
}

/** The stages one after the other, then in one process, then as three concurrent processes. */
async function stages(
  session: Session,
  what: string,
  images: number,
  input: readonly string[],
  baseline: number,
): Promise<void> {
  const printRow = (how: string, seconds: number) => {
    const rate = images / seconds;
    row(`${what}: ${how}`, images, `${seconds.toFixed(1)} s`, Math.round(rate), (rate / baseline).toFixed(2));
  };
  const { args } = session.newCase();
  printRow('receive', (await timed(['receive', ...args, ...input])).seconds);
  printRow('analyze', (await timed(['analyze', ...args, '--drain'])).seconds);
  printRow('alert', (await timed(['alert', ...args, '--drain'])).seconds);
  printRow('run, one process', (await timed(['run', ...session.newCase().args, ...input])).seconds);
  printRow('three processes', await threeProcesses(session.newCase(), input));
}
