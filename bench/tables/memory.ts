import { head, row } from '../print.ts';
import { timed } from '../processes.ts';
import type { Session } from '../session.ts';

/** The peak memory of one process, in a short and a long run. */
export async function memory(session: Session): Promise<void> {
  head('images in one run', 'peak memory', 'images/s');
  for (const count of [session.images(1000), session.images(20_000)]) {
    const { args } = session.newCase();
    const { peakMegabytes, seconds } = await timed(['run', ...args, '--count', String(count)]);
    row(count, `${peakMegabytes.toFixed(0)} MB`, Math.round(count / seconds));
  }
}
