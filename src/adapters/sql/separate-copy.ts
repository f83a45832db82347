import { randomUUID } from 'node:crypto';
import { checkPipelineToken } from './fences.ts';
import { run, type Work } from './work.ts';

/** Within a transaction: makes a pipeline of its own of a copy (see `LocationCatalog.separateCopy`). */
export function* separateCopy(token: string): Work<void> {
  yield* checkPipelineToken(token);
  yield* run('UPDATE pipeline SET pipeline_id = ?, bus_id = NULL, bus_address = NULL', randomUUID());
  yield* forgetPositions();
}

/** Within a transaction: what is open is unpublished. */
export function* forgetPositions(): Work<void> {
  yield* run(
    `UPDATE image SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL
     WHERE (stream, number) IN (SELECT stream, number FROM owed)`,
  );
  yield* run(
    `UPDATE event SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL
     WHERE number IN (SELECT number FROM owed_event)`,
  );
}
