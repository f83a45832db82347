import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with the pipeline of the generated stream, and one that does not exist. */
async function folders(count = 4): Promise<{ readonly from: string; readonly to: string }> {
  const [from, to] = [path.join(temporaryFolder(), 'garden'), path.join(temporaryFolder(), 'new garden')];
  expect((await imgpipe(['run', '--count', String(count), '--data', from, '--quiet'])).status).toBe(0);
  return { from, to };
}

function copied(from: string, ...options: string[]): Promise<Ended> {
  return imgpipe(['copy', '--data', from, ...options]);
}

describe('imgpipe copy', () => {
  it('says what it would move, what it has moved, and what to do next; every command of the old folder says where', async () => {
    const { from, to } = await folders();
    const planned = await copied(from, '--to-data', to, '--dry-run');
    expect(planned).toMatchObject({ status: 0, stderr: '' });
    expect(planned.stdout).toBe(
      `4 images, 1 event, 1 alert and 0 dead letters with 7 files would be moved to a new place: --data '${to}'\n`,
    );
    expect(existsSync(to)).toBe(false);

    const done = await copied(from, '--to-data', to);
    expect(done.status).toBe(0);
    expect(done.stdout.split('\n')).toEqual([
      expect.stringMatching(/^The pipeline was moved: \d+ rows, 7 files copied, 0 there before$/),
      `Use it from now on with: --data '${to}'`,
      `Check it with: imgpipe status --check --data '${to}'`,
      `What is left at --data ${from} is not used any more: remove it once the check is good`,
      '',
    ]);
    expect((await imgpipe(['status', '--check', '--data', to])).status).toBe(0);

    const commands = [
      ['receive'],
      ['run'],
      ['view', '1'],
      ['list', 'alerts'],
      ['status'],
      ['status', '--alive', 'alert'],
      ['serve', '--port', '0'],
      ['dead', 'list'],
      ['clean', '--yes'],
    ];
    const ends = await Promise.all(commands.map((command) => imgpipe([...command, '--data', from])));
    for (const [index, { status, stderr }] of ends.entries()) {
      expect([commands[index], status, stderr.split('\n').at(-2)]).toEqual([
        commands[index],
        1,
        `imgpipe: the pipeline of ${from}/imgpipe.db was moved: use it with --data '${to}', or move it back with 'imgpipe copy'`,
      ]);
    }

    const again = await copied(from, '--to-data', to);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('The pipeline was moved before: nothing was left to do');
  });

  it('names files that are damaged and moves nothing, with exit 1; the target says that it is unfinished', async () => {
    const { from, to } = await folders();
    writeFileSync(path.join(from, 'image_database/00002.jpg'), 'damaged');
    const ended = await copied(from, '--to-data', to, '--json');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('imgpipe: image_database/00002.jpg: the file is not what was written\n');
    expect(ended.stderr).toContain('1 file cannot be copied: restore them, or give --skip-damaged');
    expect(JSON.parse(ended.stdout)).toMatchObject({ moved: false, damaged: 1, dry_run: false });
    const unfinished = await imgpipe(['run', '--data', to]);
    expect(unfinished.status).toBe(1);
    expect(unfinished.stderr).toContain(`is an unfinished copy of the pipeline of ${from}/imgpipe.db`);
    expect((await imgpipe(['run', '--count', '1', '--data', from])).status).toBe(0);
  });

  it('is refused with exit 2 without a target, with the same one, or one that is not valid', async () => {
    const from = temporaryFolder();
    for (const options of [[], ['--to-data', from], ['--to-data', `${from}/.`], ['--to-store', 's3://some-bucket']]) {
      const { status, stderr } = await copied(from, ...options);
      expect([status, stderr]).toEqual([2, expect.stringContaining('the same catalog as the pipeline')]);
    }
    const invalid = await copied(from, '--to-catalog', 'mysql://somewhere/else');
    expect([invalid.status, invalid.stderr]).toEqual([2, expect.stringMatching(/^imgpipe: --to-catalog: /)]);
    const embedded = await copied(from, '--to-catalog', 'postgres://127.0.0.1:1/imgpipe');
    expect([embedded.status, embedded.stderr]).toEqual([2, expect.stringContaining('name a Kafka cluster')]);
  });

  it('finds no pipeline with exit 3', async () => {
    expect((await copied(temporaryFolder(), '--to-data', path.join(temporaryFolder(), 'to'))).status).toBe(3);
  });

  it('leaves a file that says where the pipeline went', async () => {
    const { from, to } = await folders(1);
    await copied(from, '--to-data', to, '--quiet');
    expect(JSON.parse(readFileSync(path.join(from, 'MOVED.json'), 'utf8'))).toMatchObject({
      state: 'moved',
      to: `--data '${to}'`,
    });
    writeFileSync(path.join(from, 'MOVED.json'), '{');
    const damaged = await imgpipe(['status', '--data', from]);
    expect([damaged.status, damaged.stderr]).toEqual([1, expect.stringContaining('MOVED.json')]);
  });
});
