import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs 2.2.4 looks after the waiting requests of each connection every millisecond, for ever, also where none waits:
 * three idle connections cost 3 % of a processor, and newer versions of Node complain of its negative times. With this,
 * a look is due only while a request waits. (2.2.2 has no such timer, but spins without end, deaf to everything, where
 * the only broker of a cluster goes away.)
 */
export function quietQueues(): void {
  const queue: { scheduleCheckPendingRequests(): void; readonly [QUIET]?: true } = RequestQueue.prototype;
  if (queue[QUIET]) return;
  const schedule = queue.scheduleCheckPendingRequests;
  Object.assign(queue, {
    [QUIET]: true,
    scheduleCheckPendingRequests(this: typeof RequestQueue.prototype) {
      if (this.pending.length > 0) schedule.call(this);
    },
  });
}

const QUIET = Symbol('quiet');
