import type { Command } from 'commander';
import { openReader } from '../app/reader.ts';
import { captureFacts } from '../domain/capture.ts';
import { escapeText } from '../domain/escape.ts';
import { type ImageRecord, notesOf } from '../domain/records.ts';
import { thresholdText } from '../domain/threshold.ts';
import { viewJson } from '../operations/json/view.ts';
import type { AlertView } from '../operations/view.ts';
import { runReadCommand } from './read-command.ts';
import { measured, movedWords, regionLines } from './words.ts';

/** Prints an alert and, with `open`, shows its pictures in the desktop's viewer. Resolves to the exit status. */
export function runView(command: Command, number: number, { open }: { readonly open: boolean }): Promise<number> {
  return runReadCommand(command, openReader, async ({ pipeline, config, terminal }) => {
    const view = await pipeline.view(number);
    terminal.result(config.json ? JSON.stringify(viewJson(view)) : linesOf(view).join('\n'));
    if (open) {
      const { openAlert } = await import('./open-alert.ts');
      await openAlert(view, pipeline, terminal);
    }
    return 0;
  });
}

function linesOf({ alert, event, image, reference, paths }: AlertView): string[] {
  const change =
    event.measurement === null
      ? `the size has changed: ${sizeOf(image)}, before ${sizeOf(reference)}`
      : `the picture has changed by ${measured(event.measurement, event)}, threshold ${thresholdText(event.threshold)}`;
  return [
    `Alert ${alert.number}: ${change}`,
    `Stream:          ${event.image.stream}, image ${image.number} after image ${reference.number}`,
    `Received:        ${image.receivedAt}${image.origin === 'generated' ? ', generated' : ` from ${escapeText(image.origin)}${movedWords(image)}`}`,
    ...notesOf(image).map((note) => `Note:            the image's file is odd: ${escapeText(note)}`),
    ...notesOf(reference).map((note) => `Note:            the previous image's file is odd: ${escapeText(note)}`),
    ...(image.capture?.at ? [`Captured:        ${image.capture.at}`] : []),
    ...captureFacts(image.capture).map(([name, value]) => `${`${name}:`.padEnd(17)}${escapeText(value)}`),
    `Analyzed:        ${event.analyzedAt}`,
    `Alerted:         ${alert.alertedAt}`,
    `Previous image:  ${escapeText(paths.reference)}`,
    `Image:           ${escapeText(paths.image)}`,
    `Difference:      ${escapeText(paths.difference)}`,
    ...(paths.mask === null ? [] : [`Mask:            ${escapeText(paths.mask)}`]),
    ...(event.regions === null ? [] : regionLines(event.regions)),
  ];
}

function sizeOf({ fact }: ImageRecord): string {
  return fact?.verdict === 'decodes' ? `${fact.width} × ${fact.height}` : 'unknown';
}
