import type { Session } from '../bench-folder.ts';
import { head, row } from '../print.ts';
import { timed } from '../processes.ts';

/** The peak memory of one process, in a short run and in a long one. */
export async function memory(workplace: Session): Promise<void> {
  head('images in one run', 'peak memory', 'images/s');
  for (const count of [workplace.images(1000), workplace.images(20_000)]) {
    const { args } = workplace.newCase();
    const { peakMegabytes, seconds } = await timed(['run', ...args, '--count', String(count)]);
    row(count, `${peakMegabytes.toFixed(0)} MB`, Math.round(count / seconds));
  }
}
