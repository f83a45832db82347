import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';

/** Records when files appear in a folder, by name. */
function watchFolder(folder: string): { seen: Map<string, number>; close(): void } {
  mkdirSync(folder, { recursive: true });
  const seen = new Map<string, number>();
  const watcher = watch(folder, { persistent: false }, (_, name) => {
    if (name !== null && !seen.has(name)) seen.set(name, performance.now());
  });
  return { seen, close: () => watcher.close() };
}

/** Watches a data folder, or the files of a store. `times` stops and returns the milliseconds from each event's image file to its alert file. */
export function watchLatency(data: string): { times(): number[] } {
  const images = watchFolder(path.join(data, 'image_database'));
  const alerts = watchFolder(path.join(data, 'image_event_alerts'));
  return {
    times: () => {
      images.close();
      alerts.close();
      return [...alerts.seen].flatMap(([name, alerted]) => {
        const event = path.join(data, 'image_event_database', name.replace('_alert_', '_'));
        if (!existsSync(event)) return [];
        const [, , image = ''] = readFileSync(event, 'utf8').split('\n');
        const received = images.seen.get(path.basename(image));
        return received === undefined ? [] : [alerted - received];
      });
    },
  };
}
