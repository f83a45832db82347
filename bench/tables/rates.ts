import path from 'node:path';
import type { Session } from '../bench-folder.ts';
import { makeCopies, makePictures } from '../pictures.ts';
import { pixelsAlone } from '../pixels-alone.ts';
import { head, row, say } from '../print.ts';
import { timed } from '../processes.ts';
import { threeProcesses } from '../three-processes.ts';

/** Images per second of three kinds of input; the last column sets each beside the pixel work of the default stream alone. */
export async function rates(workplace: Session, original: string): Promise<void> {
  const { folder, images } = workplace;
  const floor = await pixelsAlone(original, images(400));
  say(`\nThe pixel work of the default stream alone: ${Math.round(floor)} images/s`);
  head('case', 'images', 'time', 'images/s', 'beside the pixel work');

  const many = images(2000);
  await stages(workplace, 'default stream', many, ['--count', String(many)], floor);
  const copies = path.join(folder, 'copies');
  makeCopies(copies, many, original);
  await stages(workplace, 'without changed images', many, [copies], floor);
  const large = path.join(folder, 'large');
  makePictures(large, { count: images(200), width: 1920, height: 1080, changedEvery: 4 });
  await stages(workplace, '1920 × 1080, every fourth changed', images(200), [large], floor);
}

/** The stages one after the other, then all in one process, then three processes at once. */
async function stages(
  workplace: Session,
  what: string,
  images: number,
  input: readonly string[],
  floor: number,
): Promise<void> {
  const tell = (how: string, seconds: number) => {
    const rate = images / seconds;
    row(`${what}: ${how}`, images, `${seconds.toFixed(1)} s`, Math.round(rate), (rate / floor).toFixed(2));
  };
  const { args } = workplace.newCase();
  tell('receive', (await timed(['receive', ...args, ...input])).seconds);
  tell('analyze', (await timed(['analyze', ...args, '--drain'])).seconds);
  tell('alert', (await timed(['alert', ...args, '--drain'])).seconds);
  tell('run, one process', (await timed(['run', ...workplace.newCase().args, ...input])).seconds);
  tell('three processes', await threeProcesses(workplace.newCase(), input));
}
