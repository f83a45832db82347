import { captureFacts } from './capture.ts';
import { escapeText } from './escape.ts';
import { differenceKey, eventTextKey, imageKey } from './object-keys.ts';
import { type AlertRecord, type EventRecord, type ImageRecord, notesOf, type Region } from './records.ts';
import { thresholdText } from './threshold.ts';

/**
 * The text file of an event. The first five lines are the reference's, which reads them by position; each ends with a
 * newline. The lines after them are named fields; later versions add some.
 */
export function eventText(event: EventRecord, image: ImageRecord, reference: ImageRecord): string {
  const path = (key: string) => escapeText(`${event.base}/${key}`);
  return lines([
    `Image event #: ${event.number}`,
    'Image event: picture has changed',
    path(imageKey(image)),
    path(imageKey(reference)),
    path(differenceKey(event)),
    `Stream: ${event.image.stream}`,
    `Image: ${event.image.number}`,
    `Previous image: ${event.reference}`,
    `Kind: ${event.kind}`,
    `Technique: ${event.technique}`,
    ...(event.measurement === null ? [] : [`Measurement: ${event.measurement}`]),
    `Threshold: ${thresholdText(event.threshold)}`,
    ...(image.mask === null ? [] : [`Mask: ${image.mask}`]),
    `Image received from: ${escapeText(image.origin)}`,
    `Image received at: ${image.receivedAt}`,
    ...notesOf(image).map((note) => `Image file: ${escapeText(note)}`),
    ...notesOf(reference).map((note) => `Previous image file: ${escapeText(note)}`),
    `Analyzed at: ${event.analyzedAt}`,
    ...(image.capture?.at ? [`Image captured at: ${image.capture.at}`] : []),
    ...captureFacts(image.capture).map(([name, value]) => `${name}: ${escapeText(value)}`),
    ...(event.regions === null ? [] : [`Regions: ${event.regions.count}`]),
    ...(event.regions?.first.map((region, index) => `Region ${index + 1}: ${regionText(region)}`) ?? []),
  ]);
}

/** A region on one line, with numbers to two decimals. */
export function regionText({ box, centroid, area, sum, peak, snr }: Region): string {
  const [x, y, total, height, noise] = [centroid.x, centroid.y, sum, peak, snr].map((figure) => figure.toFixed(2));
  return `${box.width} × ${box.height} at ${box.x}, ${box.y}; centroid ${x}, ${y}; area ${area} px; sum ${total}; peak ${height}; SNR ${noise}`;
}

/** The text file of an alert. The first three lines are the reference's. */
export function alertText(alert: AlertRecord, event: EventRecord): string {
  return lines([
    `Image event #: ${alert.number}`,
    `Image event database path: ${escapeText(`${event.base}/${eventTextKey(event)}`)}`,
    'Image event alertees: none',
    `Stream: ${event.image.stream}`,
    `Image: ${event.image.number}`,
    `Alerted at: ${alert.alertedAt}`,
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
