import { expect, it } from 'vitest';
import { ALERT_GROUP, consumerGroup } from '../../src/domain/consumer-groups.ts';

it('consumer groups have the names of the reference, and each other technique its own group', () => {
  expect(ALERT_GROUP).toBe('image_event_alert_group');
  expect(consumerGroup('l2@1')).toBe('image_analysis_group');
  expect(consumerGroup('mse@1')).toBe('image_analysis_group.mse');
});
