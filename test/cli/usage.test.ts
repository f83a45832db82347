import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs in an empty folder, where a mistake must leave nothing behind. */
async function mistake(args: readonly string[], env: Record<string, string> = {}) {
  const folder = temporaryFolder();
  const { status, stdout, stderr } = await imgpipe(args, { cwd: folder, env });
  expect({ stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ stdout: '', lines: 1 });
  expect(existsSync(path.join(folder, 'imgpipe-data'))).toBe(false);
  return { status, stderr };
}

describe('wrong usage exits 2 with one line that says what is valid', () => {
  const MISTAKES = [
    ['bogus', "imgpipe: unknown command 'bogus': see 'imgpipe --help'"],
    ['runn', "imgpipe: unknown command 'runn' (Did you mean run?): see 'imgpipe --help'"],
    ['help runn', "imgpipe: unknown command 'runn' (Did you mean run?): see 'imgpipe --help'"],
    ['run --bogus', "imgpipe: unknown option '--bogus': see 'imgpipe run --help'"],
    ['run --count', "imgpipe: option '--count <number>' argument missing: see 'imgpipe run --help'"],
    ['run --count 1.5', 'imgpipe: --count: "1.5" is not valid: use a whole number of 0 or more'],
    ['run --interval 5', 'imgpipe: --interval: "5" is not valid: use a time such as 50ms, 2s or 1m, at most 24h'],
    [
      'run --threshold -1',
      'imgpipe: --threshold: "-1" is not valid: use a number of 0 or more, such as 2000, or with the technique \'changed\' 400px or 0.1%',
    ],
    [
      'run --broker localhost:9092',
      'imgpipe: --broker: "localhost:9092" is not valid: use \'embedded\', or a Kafka cluster such as kafka://localhost:9092 or kafka://a:9092,b:9092',
    ],
    [
      'run --broker kafka://me:secret@a:9092',
      'imgpipe: --broker: the value is not valid: use hosts and ports alone, such as kafka://a:9092,b:9092; the user and the password are kafka_username and kafka_password_file, or IMGPIPE_KAFKA_PASSWORD',
    ],
    ['run --brokr=kafka://me:secret@a:9092', "imgpipe: unknown option '--brokr': see 'imgpipe run --help'"],
    ['run --count 3 a.jpg', 'imgpipe: --count applies only to the generated stream: remove it, or remove the paths'],
    ['view', "imgpipe: missing required argument 'alertNo': see 'imgpipe view --help'"],
    ['view 0', 'imgpipe: alertNo: "0" is not valid: use a positive whole number, such as 1'],
    ['view -1', 'imgpipe: alertNo: "-1" is not valid: use a positive whole number, such as 1'],
    ['view 1.5', 'imgpipe: alertNo: "1.5" is not valid: use a positive whole number, such as 1'],
    ['view abc', 'imgpipe: alertNo: "abc" is not valid: use a positive whole number, such as 1'],
    ['status --config none.json', 'imgpipe: the configuration file none.json cannot be read (ENOENT)'],
  ] as const;

  test('on the command line', async () => {
    // Concurrently, because each start takes time.
    const answers = await Promise.all(MISTAKES.map(([line]) => mistake(line.split(' '))));
    expect(answers).toEqual(MISTAKES.map(([, message]) => ({ status: 2, stderr: `${message}\n` })));
  });

  test('a missing command prints the help', async () => {
    const { status, stdout, stderr } = await imgpipe([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: imgpipe/);
  });

  test('an error names the variable whose value is not valid', async () => {
    expect(await mistake(['run'], { IMGPIPE_COUNT: 'many' })).toEqual({
      status: 2,
      stderr: 'imgpipe: IMGPIPE_COUNT: "many" is not valid: use a whole number of 0 or more\n',
    });
  });

  test('in a configuration file', async () => {
    const folder = temporaryFolder();
    const contents = [
      ['nope\n', 'is not JSON'],
      ['[]', 'must hold one JSON object'],
      ['{"colour": 1}', 'unknown setting "colour": the settings are data, broker'],
      ['{"count": "many"}', 'count: "many" is not valid: use a whole number'],
    ] as const;
    const answers = await Promise.all(
      contents.map(([content], index) => {
        const file = path.join(folder, `${index}.json`);
        writeFileSync(file, content);
        return mistake(['run', '--config', file]);
      }),
    );
    for (const [index, { status, stderr }] of answers.entries()) {
      expect(status).toBe(2);
      expect(stderr).toContain(`${index}.json`);
      expect(stderr).toContain(contents[index]?.[1]);
    }
  });
});

describe('the data folder', () => {
  test('that is a file is refused', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const { status, stderr } = await imgpipe(['run', '--data', file]);
    expect({ status, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 2, lines: 1 });
    expect(stderr).toMatch(/^imgpipe: data: .*file.*--data\n$/);
  });

  test('that has no pipeline is not found', async () => {
    const answers = await Promise.all([mistake(['status']), mistake(['view', '1']), mistake(['clean', '--yes'])]);
    for (const { status, stderr } of answers) {
      expect(status).toBe(3);
      expect(stderr).toMatch(/^imgpipe: there is no pipeline in .* yet: start one with 'imgpipe run'/);
    }
  });

  test('settings come from flags over variables over the file over defaults', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'data'));
    const file = path.join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ count: 1, stream: 'file', quiet: true }));
    const env = { IMGPIPE_CONFIG: file, IMGPIPE_STREAM: 'variable', IMGPIPE_COUNT: '2' };
    const { stdout, stderr } = await imgpipe(['receive', '--count', '3'], { cwd: folder, env });
    expect(stdout.match(/^image [^:]*/gm)).toEqual(['image variable/1', 'image variable/2', 'image variable/3']);
    expect(stderr).toBe('');
  });
});

describe('a misspelt variable', () => {
  test('is named once, with the one that was probably meant, and does not keep the command from its work', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const env = { IMGPIPE_TRESHOLD: '5', IMGPIPE_CUONT: '5' };
    const { status, stderr } = await imgpipe(['receive', '--count', '1', '--data', data], { env });
    expect(status).toBe(0);
    expect(stderr.match(/IMGPIPE_.*/g)).toEqual([
      'IMGPIPE_TRESHOLD (did you mean IMGPIPE_THRESHOLD?), IMGPIPE_CUONT (did you mean IMGPIPE_COUNT?)',
    ]);
    expect(await imgpipe(['status', '--quiet', '--data', data], { env })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('--verbose', () => {
  test('prints the code of an error, and the name, code and message of each cause', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const { status, stderr } = await imgpipe(['run', '--verbose', '--broker', 'kafka://127.0.0.1:1', '--data', data]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/^imgpipe: broker kafka:\/\/127\.0\.0\.1:1 .*\nerror code: broker_unavailable\n +at /m);
    expect(stderr).toMatch(/^caused by \w+ \[ECONNREFUSED\]: .*connect ECONNREFUSED 127\.0\.0\.1:1$/m);
  });

  test('prints the cause of a wrong setting too', async () => {
    const { status, stderr } = await imgpipe(['status', '--verbose', '--config', '/nowhere/none.json']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^caused by Error \[ENOENT\]: ENOENT: no such file or directory/m);
  });
});
