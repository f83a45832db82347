import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkJava } from '../../kafka/java.ts';
import { downloadLibraries, KAFKA_VERSION } from '../../kafka/libraries.ts';
import { SetupError } from '../../kafka/setup-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Puts a program of this name first in PATH. */
function stub(name: string, script: string): void {
  const folder = temporaryFolder();
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  setEnvironment('PATH', `${folder}:${process.env['PATH']}`);
}

function setEnvironment(name: string, value: string): void {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(SetupError);
  expect(error.message).not.toContain('\n');
  return error.message;
}

const java = (version: string) => `echo 'openjdk version "${version}" 2021-01-01' >&2; echo 'more' >&2`;

describe('the Java for Kafka', () => {
  it.each(['17.0.1', '21', '25-ea'])('may be %s', async (version) => {
    setEnvironment('JAVA_HOME', '');
    stub('java', java(version));
    await expect(checkJava()).resolves.toBeUndefined();
  });

  it.each(['1.8.0_302', '11.0.2', '16'])('may not be %s', async (version) => {
    setEnvironment('JAVA_HOME', '');
    stub('java', java(version));
    expect(await failure(checkJava())).toContain(`needs Java 17, and 'java' is Java ${version}: install Java 17`);
  });

  it('must be installed', async () => {
    setEnvironment('JAVA_HOME', '');
    setEnvironment('PATH', temporaryFolder());
    expect(await failure(checkJava())).toContain("'java' was not found: install Java 17");
  });

  it('is the one in JAVA_HOME if that is set', async () => {
    const home = temporaryFolder();
    setEnvironment('JAVA_HOME', home);
    expect(await failure(checkJava())).toContain(path.join(home, 'bin/java'));
  });
});

describe('the jars of Kafka', () => {
  /** A Maven that writes a jar into its output folder. */
  const download = `for each in "$@"; do case $each in -DoutputDirectory=*) to=\${each#*=}; esac; done; echo jar > "$to/some.jar"`;

  it('are downloaded once, with one notice', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    const notices: string[] = [];
    const libraries = () => downloadLibraries((line) => notices.push(line), cache);
    stub('mvn', download);
    const folder = await libraries();
    expect(readdirSync(folder)).toEqual(['some.jar']);
    stub('mvn', 'exit 1');
    expect(await libraries()).toBe(folder);
    expect(notices).toEqual([`downloading Apache Kafka ${KAFKA_VERSION} with Maven into ${folder}, once`]);
  });

  it('are complete when two processes download them at once', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    // Neither writes its jar before both have started.
    const started = temporaryFolder();
    stub('mvn', `touch '${started}'/$$; until [ $(ls '${started}' | wc -l) = 2 ]; do sleep 0.01; done; ${download}`);
    const [first, second] = await Promise.all([downloadLibraries(() => {}, cache), downloadLibraries(() => {}, cache)]);
    expect(first).toBe(second);
    expect(readdirSync(first)).toEqual(['some.jar']);
    expect(readdirSync(cache)).toEqual([path.basename(first)]);
  });

  it('are not left incomplete by a failed Maven, whose first error is reported', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    stub('mvn', `${download}; echo '[ERROR] Unknown host some.where'; echo '[ERROR] for help, see …'; exit 1`);
    const message = await failure(downloadLibraries(() => {}, cache));
    expect(message).toContain("Maven failed with 'Unknown host some.where': check that its repository");
    expect(readdirSync(cache)).toEqual([]);
  });

  it('cannot be downloaded without Maven', async () => {
    setEnvironment('PATH', temporaryFolder());
    const message = await failure(downloadLibraries(() => {}, path.join(temporaryFolder(), 'lib')));
    expect(message).toContain("'mvn' was not found: install Apache Maven");
  });

  it('of a download that was killed are removed, and those of a running one are not', async () => {
    const cache = temporaryFolder();
    const [dead, running] = ['.unfinished-99999999-a', `.unfinished-${process.ppid}-b`];
    for (const name of [dead, running]) mkdirSync(path.join(cache, name));
    stub('mvn', download);
    await downloadLibraries(() => {}, cache);
    expect([existsSync(path.join(cache, dead)), existsSync(path.join(cache, running))]).toEqual([false, true]);
  });
});
