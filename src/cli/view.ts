import { Argument, type Command } from 'commander';
import { escapeText } from '../domain/escape.ts';
import type { ImageRecord, Regions } from '../domain/records.ts';
import { regionText } from '../domain/texts.ts';
import { thresholdText } from '../domain/threshold.ts';
import { viewJson } from '../operations/json/view.ts';
import type { AlertView } from '../operations/view.ts';
import { openAlert } from './open-alert.ts';
import { commandOf, numberNamed } from './options.ts';
import { runReadCommand } from './read-command.ts';
import { measured } from './words.ts';

/** `imgpipe view <alertNo>` */
export function viewCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'view',
    options: [['--open', "open the three pictures in the desktop's viewer, with the regions drawn into the image"]],
    example: 'imgpipe view 1 --open',
  })
    .description("show an alert: what changed, by how much, when, and the three pictures' paths")
    .addArgument(new Argument('<alertNo>', "the alert's number").argParser(numberNamed('alertNo')))
    .action(async (number: number, options: { open?: boolean }, command: Command) => {
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
          const shown = await pipeline.view(number);
          terminal.result(config.json ? JSON.stringify(viewJson(shown)) : linesOf(shown).join('\n'));
          if (options.open === true) await openAlert(shown, pipeline, terminal);
          return 0;
        }),
      );
    });
}

function linesOf({ alert, event, image, reference, paths }: AlertView): string[] {
  const change =
    event.measurement === null
      ? `another size: ${sizeOf(image)}, before ${sizeOf(reference)}`
      : `the picture has changed by ${measured(event.measurement, event)}, threshold ${thresholdText(event.threshold)}`;
  return [
    `Alert ${alert.number}: ${change}`,
    `Stream:          ${event.image.stream}, image ${image.number} after image ${reference.number}`,
    `Received:        ${image.receivedAt}${image.origin === 'generated' ? ', generated' : ` from ${escapeText(image.origin)}`}`,
    `Analyzed:        ${event.analyzedAt}`,
    `Alerted:         ${alert.alertedAt}`,
    `Previous image:  ${escapeText(paths.reference)}`,
    `Image:           ${escapeText(paths.image)}`,
    `Difference:      ${escapeText(paths.difference)}`,
    ...(paths.mask === null ? [] : [`Mask:            ${escapeText(paths.mask)}`]),
    ...(event.regions === null ? [] : regionLines(event.regions)),
  ];
}

/** More than these are told of in JSON. */
const MAX_LINES = 10;

/** The regions, each on a line; shown by `compare` too. */
export function regionLines({ count, first }: Regions): string[] {
  const shown = first.slice(0, MAX_LINES);
  return [
    `Regions:         ${count}`,
    ...shown.map((region, index) => `${String(index + 1).padStart(5)}. ${regionText(region)}`),
    ...(count > shown.length ? [`       and ${count - shown.length} more: see --json`] : []),
  ];
}

function sizeOf({ fact }: ImageRecord): string {
  return fact?.verdict === 'decodes' ? `${fact.width} × ${fact.height}` : 'unknown';
}
