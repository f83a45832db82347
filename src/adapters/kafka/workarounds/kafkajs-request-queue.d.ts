/** A part of kafkajs 2.2.4 that it does not export: the requests of one connection. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueue {
    /** Requests that wait for their turn. */
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { readonly prototype: RequestQueue };
  export default RequestQueue;
}
