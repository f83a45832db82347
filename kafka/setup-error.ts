/** What keeps Apache Kafka from starting here, in one line: what, why and what to do. */
export class SetupError extends Error {
  override name = 'SetupError';
}
