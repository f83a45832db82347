import { expect, it } from 'vitest';
import { ALERT_GROUP, consumerGroup } from '../../src/domain/consumer-groups.ts';

it('names the groups as the reference does, and gives each other technique one of its own', () => {
  expect(ALERT_GROUP).toBe('image_event_alert_group');
  expect(consumerGroup('l2@1')).toBe('image_analysis_group');
  expect(consumerGroup('mse@1')).toBe('image_analysis_group.mse');
});
