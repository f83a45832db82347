import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { patchOnce } from './patch-once.ts';

/**
 * Defect of kafkajs 2.2.4: every connection checks its queue of pending requests each millisecond, even when the queue is
 * empty. Three idle connections use 3 % of a CPU, and newer versions of Node print a TimeoutNegativeWarning. The patch
 * schedules a check only while a request is pending. (2.2.2 has no such timer, but blocks the event loop forever when
 * the only broker of a cluster goes away.)
 */
export function patchIdleTimer(): void {
  patchOnce(RequestQueue.prototype, ({ scheduleCheckPendingRequests }) => ({
    scheduleCheckPendingRequests() {
      if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
    },
  }));
}
