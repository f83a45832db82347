/** The consumer group of the alert stage. */
export const ALERT_GROUP = 'image_event_alert_group';

const ANALYSIS_GROUP = 'image_analysis_group';

/** Each technique is a group of its own, so that one that is added later goes through the whole past. `l2`'s name is the reference's. */
export function consumerGroup(technique: string): string {
  const [name] = technique.split('@');
  return name === 'l2' ? ANALYSIS_GROUP : `${ANALYSIS_GROUP}.${name}`;
}

/** Whether a group of this name is one of a pipeline's. */
export function isPipelineGroup(name: string): boolean {
  return name === ALERT_GROUP || name === ANALYSIS_GROUP || name.startsWith(`${ANALYSIS_GROUP}.`);
}
