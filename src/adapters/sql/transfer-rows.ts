import type { PipelineFacts, RowBatch, RowCounts, TransferCatalog } from '../../ports/catalog/transfer.ts';
import { checkPipelineToken } from './fences.ts';
import { textOrNull } from './rows.ts';
import { forgetPositions } from './separate-copy.ts';
import type { Dialect, SqlDatabase } from './sql-database.ts';
import { all, get, type Row, run, type Value, type Work } from './work.ts';

/** A table that is copied, and the columns of its key. */
interface CopiedTable {
  readonly table: string;
  readonly key: readonly string[];
}

/**
 * The tables with rows of the pipeline, in an order in which triggers, which see each row as a new one, do no harm: a
 * technique comes before images, an event before its stream, which counts it, and the tables that triggers write come last.
 */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { table: 'technique', key: ['technique'] },
  { table: 'image', key: ['stream', 'number'] },
  { table: 'outcome', key: ['technique', 'stream', 'number'] },
  { table: 'event', key: ['number'] },
  { table: 'alert', key: ['number'] },
  { table: 'alert_delay', key: ['at_most'] },
  { table: 'dead_letter', key: ['id'] },
  { table: 'discarded_letters', key: ['stage'] },
  { table: 'stream', key: ['stream'] },
  { table: 'outcome_total', key: ['technique', 'threshold', 'threshold_unit', 'judged_by', 'kind'] },
  { table: 'owed', key: ['stream', 'number', 'technique'] },
  { table: 'owed_event', key: ['number'] },
];

/** The tables that triggers write while the others are filled. */
const DERIVED: ReadonlySet<string> = new Set(['outcome_total', 'owed', 'owed_event']);

/** What a move removes from its target. Images come first: then triggers find nothing that is open again. */
const REMOVED = ['image', ...COPIED_TABLES.map(({ table }) => table).filter((table) => table !== 'image'), 'heartbeat'];

/** How many rows are read and written at once. Dead letters have messages of up to a megabyte. */
const PAGE = 500;
const LETTERS_PAGE = 20;
/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const MAX_PARAMETERS = 30_000;

/** What a move does alike in every database. */
export function createTransferRows(
  db: SqlDatabase,
): Pick<TransferCatalog, 'isUnused' | 'facts' | 'removeRows' | 'importRows' | 'countRows'> {
  return {
    isUnused: () => db.snapshot(isUnused),
    facts: () => db.snapshot(() => readFacts(db.dialect)),
    removeRows: (token) => db.write(() => removeRows(db.dialect, token)),
    importRows: (batch, token) => db.write(() => importRows(batch, token)),
    countRows: () => db.snapshot(countRows),
  };
}

/** A page of a table: the rows after this one, in the order of the key. */
function* rowPage({ table, key }: CopiedTable, after: Row | undefined): Work<readonly Row[]> {
  const columns = key.join(', ');
  const limit = pageOf(table);
  if (after === undefined) return yield* all(`SELECT * FROM ${table} ORDER BY ${columns} LIMIT ?`, limit);
  return yield* all(
    `SELECT * FROM ${table} WHERE (${columns}) > (${key.map(() => '?').join(', ')}) ORDER BY ${columns} LIMIT ?`,
    ...key.map((column) => after[column] ?? null),
    limit,
  );
}

/** All rows in batches; `page` reads one of them. */
export async function* batchesOf(
  page: (work: () => Work<readonly Row[]>) => Promise<readonly Row[]>,
): AsyncGenerator<RowBatch> {
  for (const copied of COPIED_TABLES) {
    let rows: readonly Row[] = [];
    do {
      const after = rows.at(-1);
      rows = await page(() => rowPage(copied, after));
      // An empty table has a batch, too.
      if (rows.length > 0 || after === undefined) yield { table: copied.table, rows, isFirst: after === undefined };
    } while (rows.length === pageOf(copied.table));
  }
}

function pageOf(table: string): number {
  return table === 'dead_letter' ? LETTERS_PAGE : PAGE;
}

function* isUnused(): Work<boolean> {
  const pipeline = yield* get(
    "SELECT 1 FROM pipeline WHERE bus_id IS NULL AND former_ids = '[]' AND last_event = 0 AND cleaning = 0",
  );
  if (pipeline === undefined) return false;
  for (const { table } of COPIED_TABLES) {
    if ((yield* get(`SELECT 1 FROM ${table} LIMIT 1`)) !== undefined) return false;
  }
  return true;
}

function* countRows(): Work<RowCounts> {
  const counts: Record<string, number> = {};
  for (const { table } of COPIED_TABLES) {
    counts[table] = Number((yield* get(`SELECT count(*) AS count FROM ${table}`))?.['count']);
  }
  return counts;
}

function* readFacts(dialect: Dialect): Work<PipelineFacts> {
  const row = yield* get('SELECT * FROM pipeline');
  return {
    pipelineId: String(row?.['pipeline_id']),
    formerIds: JSON.parse(String(row?.['former_ids'])) as string[],
    busId: textOrNull(row?.['bus_id']),
    busAddress: textOrNull(row?.['bus_address']),
    lastEvent: Number(row?.['last_event']),
    lastLetter: yield* dialect.lastLetterId(),
  };
}

/** Within a transaction. */
function* removeRows(dialect: Dialect, token: string): Work<void> {
  yield* checkPipelineToken(token);
  yield* dialect.emptyTables(REMOVED);
}

/** Within a transaction: adds the rows of a batch. */
function* importRows({ table, rows, isFirst }: RowBatch, token: string): Work<void> {
  yield* checkPipelineToken(token);
  if (!COPIED_TABLES.some((copied) => copied.table === table)) throw new Error(`${table} is not copied`);
  if (isFirst && DERIVED.has(table)) yield* run(`DELETE FROM ${table}`);
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return;
  const atOnce = Math.floor(MAX_PARAMETERS / columns.length);
  for (let first = 0; first < rows.length; first += atOnce) {
    const some = rows.slice(first, first + atOnce);
    const places = `(${columns.map(() => '?').join(', ')})`;
    yield* run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${some.map(() => places).join(', ')}`,
      ...some.flatMap((row) => columns.map((column): Value => row[column] ?? null)),
    );
  }
}

/** Within a transaction: see `TransferCatalog.completeImport`. */
export function* completeImport(
  dialect: Dialect,
  facts: PipelineFacts,
  { keepBus, token }: { readonly keepBus: boolean; readonly token: string },
): Work<void> {
  yield* checkPipelineToken(token);
  yield* run(
    `UPDATE pipeline SET pipeline_id = ?, former_ids = ?, bus_id = ?, bus_address = ?, last_event = ?, cleaning = 0,
       events_token = NULL`,
    facts.pipelineId,
    JSON.stringify(facts.formerIds),
    keepBus ? facts.busId : null,
    keepBus ? facts.busAddress : null,
    facts.lastEvent,
  );
  yield* dialect.continueLetterIds(facts.lastLetter);
  if (!keepBus) yield* forgetPositions();
}
