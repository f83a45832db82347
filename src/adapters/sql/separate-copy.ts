import { randomUUID } from 'node:crypto';
import { checkPipelineToken } from './fences.ts';
import { run, type Work } from './work.ts';

/** Within a transaction: makes a pipeline of its own of a copy (see `LocationCatalog.separateCopy`). */
export function* separateCopy(token: string): Work<void> {
  yield* checkPipelineToken(token);
  yield* run('UPDATE pipeline SET pipeline_id = ?, bus_id = NULL, bus_address = NULL', randomUUID());
  yield* forgetPositions();
}

/** How many rows one statement changes: PostgreSQL ends one that takes too long. */
const AT_ONCE = 5000;

/** Within a transaction: what is open is unpublished. Triggers do the same in the tables of what is owed. */
export function* forgetPositions(): Work<void> {
  const images = 'SELECT stream, number FROM owed';
  while ((yield* forget('image', `(stream, number) IN (${images} WHERE place_bus IS NOT NULL LIMIT ${AT_ONCE})`)) > 0);
  yield* forget('image', `(stream, number) IN (${images}) AND place_bus IS NOT NULL`);
  yield* forget('event', 'number IN (SELECT number FROM owed_event)');
}

function forget(table: 'image' | 'event', where: string): Work<number> {
  return run(
    `UPDATE ${table} SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL WHERE ${where}`,
  );
}
