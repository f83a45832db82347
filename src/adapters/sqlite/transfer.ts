import { realpathSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowBatch, TransferCatalog } from '../../ports/catalog/transfer.ts';
import { checkPipelineToken } from '../sql/fences.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import { batchesOf, completeImport, createTransferRows } from '../sql/transfer-rows.ts';
import { run, type Work } from '../sql/work.ts';
import type { Database } from './database.ts';
import { perform } from './dialect.ts';
import { withTranslatedErrors } from './queries.ts';
import { withReadTransaction } from './snapshot.ts';
import { writeTransfer } from './transfer-file.ts';

/** Moves of a pipeline from and to a catalog in SQLite. */
export function createTransfer(db: Database, sql: SqlDatabase): TransferCatalog {
  return {
    ...createTransferRows(sql),

    setTransfer: async (transfer, token) => {
      await sql.read(() => checkPipelineToken(token));
      writeTransfer(db.file, transfer);
    },

    exportRows: (read) =>
      withReadTransaction(db, (queries) => read(yielding(batchesOf(async (work) => perform(work(), queries))))),

    completeImport: (facts, options) =>
      sql.write(function* () {
        yield* completeImport(sql.dialect, facts, options);
        yield* run(
          'UPDATE pipeline SET path = ?',
          withTranslatedErrors(db.file, () => realpathSync(db.file)),
        );
        yield* skipNamedOffsets();
      }),
  };
}

/** Lets the offsets of the embedded bus, which has no messages then, go on after those that rows name. */
function* skipNamedOffsets(): Work<void> {
  yield* run('DELETE FROM bus_message');
  for (const table of ['image', 'event', 'dead_letter']) {
    yield* run(
      `INSERT INTO bus_topic (topic, next_offset)
         SELECT place_topic, max(place_offset) + 1 FROM ${table} WHERE place_bus = 'embedded' GROUP BY place_topic
       ON CONFLICT (topic) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`,
    );
  }
}

/** Lets timers run after each batch: SQLite is synchronous. */
async function* yielding(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
  for await (const batch of batches) {
    yield batch;
    await nextTurn();
  }
}
