import { alertsContract } from './catalog/alerts.ts';
import { auditContract } from './catalog/audit.ts';
import { browsingContract } from './catalog/browsing.ts';
import { deadLettersContract } from './catalog/dead-letters.ts';
import { deadPendingEventsContract } from './catalog/dead-pending-events.ts';
import { fencesContract } from './catalog/fences.ts';
import { heartbeatsContract } from './catalog/heartbeats.ts';
import { idleTechniquesContract } from './catalog/idle-techniques.ts';
import { imageWritesContract } from './catalog/image-writes.ts';
import { imagesContract } from './catalog/images.ts';
import { listsByTimeContract } from './catalog/lists-by-time.ts';
import { locationContract } from './catalog/location.ts';
import { locksContract } from './catalog/locks.ts';
import { openedContract } from './catalog/opened.ts';
import { outcomesContract } from './catalog/outcomes.ts';
import { pipelineContract } from './catalog/pipeline.ts';
import { racesContract } from './catalog/races.ts';
import type { SetUpCatalog } from './catalog/setup.ts';
import { techniqueVersionsContract } from './catalog/technique-versions.ts';
import { undeliverableContract } from './catalog/undeliverable.ts';

/** The contract of every catalog, a file for each part of the port. */
export function catalogContract(setUp: SetUpCatalog): void {
  openedContract(setUp);
  locationContract(setUp);
  locksContract(setUp);
  imagesContract(setUp);
  imageWritesContract(setUp);
  outcomesContract(setUp);
  alertsContract(setUp);
  deadLettersContract(setUp);
  deadPendingEventsContract(setUp);
  heartbeatsContract(setUp);
  pipelineContract(setUp);
  fencesContract(setUp);
  racesContract(setUp);
  idleTechniquesContract(setUp);
  techniqueVersionsContract(setUp);
  auditContract(setUp);
  undeliverableContract(setUp);
  browsingContract(setUp);
  listsByTimeContract(setUp);
}
