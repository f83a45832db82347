import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isMarkedAlive, PROCESS_MARK, processMark } from '../../src/base/process-mark.ts';
import { processTable, tableName } from '../../src/base/process-table.ts';
import { createNamespace, whyNoNamespace } from '../support/pid-namespace.ts';

const PRINT = ['--import', 'tsx', 'test/support/programs/print-process.ts'];

describe('the mark of a process', () => {
  it('tells whether the process is alive', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(processMark()).toMatch(new RegExp(`^${PROCESS_MARK}$`));
    expect(isMarkedAlive(processMark())).toBe(true);
    expect(isMarkedAlive(`${processTable().id}-${pid}`)).toBe(false);
  });

  it.each(['000000000000-1', '1', String(process.pid), '', 'a note'])('%j is of an unknown process', (mark) => {
    expect(isMarkedAlive(mark)).toBeUndefined();
  });
});

describe('a process table', () => {
  it('is the same for all processes of it, and its name begins with that of the host', () => {
    const { stdout } = spawnSync(process.execPath, PRINT, { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ ...processTable(), name: tableName(processTable()) });
    expect(tableName(processTable())).toMatch(new RegExp(`^${hostname()}#[0-9a-f]{12}$`));
  });

  it.skipIf(whyNoNamespace !== undefined)(
    `is another one in each container, although host and process numbers are the same${whyNoNamespace ? ` (skipped: ${whyNoNamespace})` : ''}`,
    async () => {
      const containers = [await createNamespace(), await createNamespace()];
      const printed = await Promise.all(containers.map((each) => each.exec(PRINT).ended));
      const tables = printed.map(({ stdout }) => JSON.parse(stdout));
      expect(tables).toMatchObject(containers.map(() => ({ host: hostname(), isContainer: true })));
      expect(new Set([processTable().id, ...tables.map(({ id }) => id)]).size).toBe(3);
      for (const { mark } of tables) expect(isMarkedAlive(mark)).toBeUndefined();
    },
  );
});
