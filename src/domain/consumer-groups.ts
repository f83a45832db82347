/** The consumer group of the alert stage. */
export const ALERT_GROUP = 'image_event_alert_group';

const ANALYSIS_GROUP = 'image_analysis_group';

/** The consumer group of a technique. Each has its own, so that a new technique reads all past images. The group of `l2` has the reference's name. */
export function consumerGroup(technique: string): string {
  const [name] = technique.split('@');
  return name === 'l2' ? ANALYSIS_GROUP : `${ANALYSIS_GROUP}.${name}`;
}
