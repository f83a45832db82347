import { processMark } from '../../../src/base/process-mark.ts';
import { processTable, tableName } from '../../../src/base/process-table.ts';

/** Prints what this process is called in the catalog and in the names of files. */
const table = processTable();
process.stdout.write(JSON.stringify({ ...table, name: tableName(table), mark: processMark() }));
