import { Argument, type Command } from 'commander';
import { escapeText } from '../domain/escape.ts';
import type { ImageRecord } from '../domain/records.ts';
import type { AlertView } from '../operations/view.ts';
import { viewJson } from './json-lines.ts';
import { openPictures } from './open-pictures.ts';
import { commandOf, numberNamed } from './options.ts';
import { runQuestion } from './question.ts';
import { measured } from './words.ts';

/** `imgpipe view <alertNo>` */
export function viewCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'view',
    options: [['--open', "open the three pictures in the desktop's viewer"]],
    example: 'imgpipe view 1 --open',
  })
    .description("show an alert: what changed, by how much, when, and the three pictures' paths")
    .addArgument(new Argument('<alertNo>', "the alert's number").argParser(numberNamed('alertNo')))
    .action(async (number: number, options: { open?: boolean }, command: Command) => {
      onExit(
        await runQuestion(command, async ({ pipeline, config, terminal }) => {
          const shown = await pipeline.view(number);
          terminal.result(config.json ? JSON.stringify(viewJson(shown)) : linesOf(shown).join('\n'));
          if (options.open === true) await openPictures(shown.paths);
          return 0;
        }),
      );
    });
}

function linesOf({ alert, event, image, reference, paths }: AlertView): string[] {
  const change =
    event.measurement === null
      ? `another size: ${sizeOf(image)}, before ${sizeOf(reference)}`
      : `the picture has changed by ${measured(event.measurement, event.technique)}, threshold ${event.threshold}`;
  return [
    `Alert ${alert.number}: ${change}`,
    `Stream:          ${event.image.stream}, image ${image.number} after image ${reference.number}`,
    `Received:        ${image.receivedAt}${image.origin === 'generated' ? ', generated' : ` from ${escapeText(image.origin)}`}`,
    `Analyzed:        ${event.analyzedAt}`,
    `Alerted:         ${alert.alertedAt}`,
    `Previous image:  ${escapeText(paths.reference)}`,
    `Image:           ${escapeText(paths.image)}`,
    `Difference:      ${escapeText(paths.difference)}`,
  ];
}

function sizeOf({ fact }: ImageRecord): string {
  return fact?.verdict === 'decodes' ? `${fact.width} × ${fact.height}` : 'unknown';
}
