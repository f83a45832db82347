import { alertsContract } from './catalog/alerts.ts';
import { auditContract } from './catalog/audit.ts';
import { browsingContract } from './catalog/browsing.ts';
import { deadLettersContract } from './catalog/dead-letters.ts';
import { heartbeatsContract } from './catalog/heartbeats.ts';
import { imagesContract } from './catalog/images.ts';
import { claimsContract } from './catalog/locks.ts';
import { outcomesContract } from './catalog/outcomes.ts';
import type { MakeStand } from './catalog/stand.ts';
import { wholeContract } from './catalog/whole.ts';

/** What every catalog promises, a file for each part of the port. */
export function catalogContract(stand: MakeStand): void {
  claimsContract(stand);
  imagesContract(stand);
  outcomesContract(stand);
  alertsContract(stand);
  deadLettersContract(stand);
  heartbeatsContract(stand);
  wholeContract(stand);
  auditContract(stand);
  browsingContract(stand);
}
