/** Why Apache Kafka cannot start here. Its message is one line: what, why and what to do. */
export class SetupError extends Error {
  override name = 'SetupError';
}
