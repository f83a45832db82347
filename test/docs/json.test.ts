import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { code, readPage, table } from './pages.ts';

/** Every path to a value: `image.number`, `streams[].images`. */
function keyPaths(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keyPaths(each, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, each]) => keyPaths(each, at === '' ? key : `${at}.${key}`));
}

const fields = (values: readonly unknown[]) => [...new Set(values.flatMap((value) => keyPaths(value)))].sort();
const page = readPage('docs/reference/json.md');
const documented = (heading: string, head: string) =>
  table(page.section(heading), head)
    .map(([field]) => code(field))
    .sort();

/** Fields that only Kafka fills. */
const ON_KAFKA = ['groups[].members[]', 'notes[]'];

describe('the JSON page has the fields that the program writes', () => {
  test('stage lines, view, status, dead and clean', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const json = async (...args: string[]) => {
      const { stdout, stderr } = await imgpipe([...args, '--json', '--data', data]);
      expect(stdout, stderr).not.toBe('');
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    };

    const lines = await json('run');
    const types = [...new Set(lines.map(({ type }) => type))].sort();
    expect(types).toEqual(['alert', 'image', 'outcome']);
    for (const type of types) {
      const real = fields(lines.filter((line) => line.type === type));
      expect(documented('## Lines of `receive`, `analyze`, `alert` and `run`', `field of \`${type}\``)).toEqual(real);
    }

    // Regions and a mask must be there for what is in them.
    const folder = path.dirname(data);
    const mask = path.join(folder, 'mask.png');
    writeFileSync(mask, png([255, 255, 255], { width: 350, height: 350 }));
    const masked = ['--technique', 'changed', '--mask', mask];
    await json('run', '--stream', 'masked', ...masked);
    const last = (await json('status'))[0].alerts;
    const views = fields([...(await json('view', '1')), ...(await json('view', String(last)))]);
    const whole = ['mask', 'regions'];
    expect(documented('## `view --json`', 'field')).toEqual(views.filter((field) => !whole.includes(field)));
    const [one, two] = [1, 3].map((number) => path.join(data, `image_database/0000${number}.jpg`)) as [string, string];
    const compared = await imgpipe(['compare', one, two, ...masked, '--out', path.join(folder, 'out.jpg'), '--json']);
    const found = fields([JSON.parse(compared.stdout)]).map((field) => field.replace(/^regions\[\].*/, 'regions'));
    expect(documented('## `compare --json`', 'field')).toEqual([...new Set(found)]);

    // Something must be wrong for the fields of what is wrong to be there.
    rmSync(path.join(data, 'image_event_alerts/image_event_alert_001.txt'));
    const broken = await json('status', '--check');
    // And something must wait for the fields of what waits.
    await json('receive', '--count', '1');
    const real = fields([...broken, ...(await json('status'))]).filter((field) => field !== 'oldest_open');
    expect(documented('## `status --json`', 'field').filter((field) => !ON_KAFKA.includes(field))).toEqual(real);

    const { bus, catalog, close } = await openSqlite(data);
    const heartbeat = { stage: 'alert', host: hostname(), process: 7, at: new Date().toISOString() } as const;
    await catalog.recordHeartbeats([heartbeat], heartbeat.at);
    expect(documented('## `status --alive --json`', 'field')).toEqual(fields(await json('status', '--alive', 'alert')));
    await bus.publish('image_analysis', [{ key: 'k', headers: { name: 'value' }, value: 'no JSON' }]);
    await close();
    await imgpipe(['analyze', '--drain', '--data', data]);
    expect(documented('## Lines of `dead list --json`', 'field')).toEqual(fields(await json('dead', 'list')));
    expect(documented('## `dead show --json`', 'field')).toEqual(fields(await json('dead', 'show', '1')));
    expect(documented('## Lines of `dead replay --json`', 'field')).toEqual(fields(await json('dead', 'replay', '1')));

    writeFileSync(path.join(data, 'image_database/notes.txt'), 'mine');
    expect(documented('## `clean --json`', 'field')).toEqual(fields(await json('clean', '--dry-run')));
  });
});
