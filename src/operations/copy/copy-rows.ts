import { ImgpipeError } from '../../domain/errors.ts';
import type { RowCounts, TransferCatalog } from '../../ports/catalog/transfer.ts';

export interface CopyRowsParts {
  readonly from: Pick<TransferCatalog, 'exportRows' | 'countRows' | 'facts'>;
  readonly to: Pick<TransferCatalog, 'removeRows' | 'importRows' | 'countRows' | 'completeImport'>;
  /** That of the exclusive lock of the target. */
  readonly token: string;
  /** Whether the pipeline stays on its bus. */
  readonly keepBus: boolean;
  /** Called after each batch; ends the copy if it throws. */
  readonly onBatch: (rows: number) => Promise<void>;
}

/** Replaces all rows of a catalog by those of another one. Resolves with how many there are. */
export async function copyRows({ from, to, token, keepBus, onBatch }: CopyRowsParts): Promise<number> {
  const rows = await from.exportRows(async (batches) => {
    await to.removeRows(token);
    let copied = 0;
    for await (const batch of batches) {
      await to.importRows(batch, token);
      copied += batch.rows.length;
      await onBatch(copied);
    }
    return copied;
  });
  checkCounts(await from.countRows(), await to.countRows());
  await to.completeImport(await from.facts(), { keepBus, token });
  return rows;
}

function checkCounts(from: RowCounts, to: RowCounts): void {
  for (const [table, count] of Object.entries(from)) {
    if (to[table] === count) continue;
    throw new ImgpipeError(
      'internal',
      `the target has ${to[table]} rows in ${table}, not ${count}: nothing was moved; please report this`,
    );
  }
}
