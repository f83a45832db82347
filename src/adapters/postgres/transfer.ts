import { transferText } from '../../domain/transfer.ts';
import type { TransferCatalog } from '../../ports/catalog/transfer.ts';
import { checkPipelineToken } from '../sql/fences.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import { batchesOf, completeImport, createTransferRows } from '../sql/transfer-rows.ts';
import { run } from '../sql/work.ts';
import type { Sessions } from './sessions.ts';
import { inSnapshot } from './snapshot.ts';
import { perform } from './statements.ts';

/** Moves of a pipeline from and to a catalog on PostgreSQL. */
export function createTransfer(db: SqlDatabase, sessions: Sessions, address: string): TransferCatalog {
  return {
    ...createTransferRows(db),

    setTransfer: (transfer, token) =>
      db.write(function* () {
        yield* checkPipelineToken(token);
        yield* run('UPDATE pipeline SET transfer = ?', transfer === null ? null : transferText(transfer));
      }),

    exportRows: (read) =>
      inSnapshot(sessions, address, (session) => read(batchesOf((work) => perform(work(), session)))),

    completeImport: (facts, options) => db.write(() => completeImport(db.dialect, facts, options)),
  };
}
