import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkJava } from '../../kafka/java.ts';
import { downloadLibraries, KAFKA_VERSION } from '../../kafka/libraries.ts';
import { SetupError } from '../../kafka/setup-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Puts a program of this name before all others of the path. */
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

describe('the Java that Kafka runs on', () => {
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

  it('must be there', async () => {
    setEnvironment('JAVA_HOME', '');
    setEnvironment('PATH', temporaryFolder());
    expect(await failure(checkJava())).toContain("there is no 'java' here: install Java 17");
  });

  it('is that of JAVA_HOME where it is set', async () => {
    const home = temporaryFolder();
    setEnvironment('JAVA_HOME', home);
    expect(await failure(checkJava())).toContain(path.join(home, 'bin/java'));
  });
});

describe('the jars of Kafka', () => {
  /** A Maven that puts a jar into the folder that it is told. */
  const fetches = `for each in "$@"; do case $each in -DoutputDirectory=*) to=\${each#*=}; esac; done; echo jar > "$to/some.jar"`;

  it('are fetched once, told in one line, and then kept', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    const notices: string[] = [];
    const fetch = () => downloadLibraries((line) => notices.push(line), cache);
    stub('mvn', fetches);
    const folder = await fetch();
    expect(readdirSync(folder)).toEqual(['some.jar']);
    stub('mvn', 'exit 1');
    expect(await fetch()).toBe(folder);
    expect(notices).toEqual([`fetching Apache Kafka ${KAFKA_VERSION} with Maven into ${folder}, once`]);
  });

  it('are whole where two fetch them at once', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    // Neither has its jar before both have begun.
    const begun = temporaryFolder();
    stub('mvn', `touch '${begun}'/$$; until [ $(ls '${begun}' | wc -l) = 2 ]; do sleep 0.01; done; ${fetches}`);
    const [first, second] = await Promise.all([downloadLibraries(() => {}, cache), downloadLibraries(() => {}, cache)]);
    expect(first).toBe(second);
    expect(readdirSync(first)).toEqual(['some.jar']);
    expect(readdirSync(cache)).toEqual([path.basename(first)]);
  });

  it('are not left half there by a Maven that fails, and its first error is told', async () => {
    const cache = path.join(temporaryFolder(), 'lib');
    stub('mvn', `${fetches}; echo '[ERROR] Unknown host some.where'; echo '[ERROR] for help, see …'; exit 1`);
    const message = await failure(downloadLibraries(() => {}, cache));
    expect(message).toContain("cannot be fetched: Maven says 'Unknown host some.where': see that its repository");
    expect(readdirSync(cache)).toEqual([]);
  });

  it('cannot be fetched without Maven', async () => {
    setEnvironment('PATH', temporaryFolder());
    const message = await failure(downloadLibraries(() => {}, path.join(temporaryFolder(), 'lib')));
    expect(message).toContain("there is no 'mvn' here: install Apache Maven");
  });

  it('of whoever died while fetching are removed, and not those of the living', async () => {
    const cache = temporaryFolder();
    const [dead, living] = ['.unfinished-99999999-a', `.unfinished-${process.ppid}-b`];
    for (const name of [dead, living]) mkdirSync(path.join(cache, name));
    stub('mvn', fetches);
    await downloadLibraries(() => {}, cache);
    expect([existsSync(path.join(cache, dead)), existsSync(path.join(cache, living))]).toEqual([false, true]);
  });
});
