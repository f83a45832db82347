import { transferText } from '../../domain/transfer.ts';
import type { TransferCatalog } from '../../ports/catalog/transfer.ts';
import { checkPipelineToken } from '../sql/fences.ts';
import type { SqlDatabase } from '../sql/sql-database.ts';
import {
  batchesOf,
  completeImport,
  countRows,
  importRows,
  isUnused,
  readFacts,
  removeRows,
} from '../sql/transfer-rows.ts';
import { run } from '../sql/work.ts';
import type { Sessions } from './sessions.ts';
import { inSnapshot } from './snapshot.ts';
import { perform } from './statements.ts';

/** Moves of a pipeline from and to a catalog on PostgreSQL. */
export function createTransfer(db: SqlDatabase, sessions: Sessions, address: string): TransferCatalog {
  return {
    isUnused: () => db.snapshot(isUnused),

    setTransfer: (transfer, token) =>
      db.write(function* () {
        yield* checkPipelineToken(token);
        yield* run('UPDATE pipeline SET transfer = ?', transfer === null ? null : transferText(transfer));
      }),

    facts: () => db.snapshot(() => readFacts(db.dialect)),

    exportRows: (read) =>
      inSnapshot(sessions, address, (session) => read(batchesOf((work) => perform(work(), session)))),

    removeRows: (token) => db.write(() => removeRows(db.dialect, token)),

    importRows: (batch, token) => db.write(() => importRows(batch, token)),

    completeImport: (facts, options) => db.write(() => completeImport(db.dialect, facts, options)),

    countRows: () => db.snapshot(countRows),
  };
}
