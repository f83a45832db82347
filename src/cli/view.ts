import { Argument, type Command } from 'commander';
import openInDesktop from 'open';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { ImageRecord } from '../domain/records.ts';
import type { AlertView } from '../operations/view.ts';
import { viewJson } from './json-lines.ts';
import { commandOf, positiveInteger } from './options.ts';
import { runQuestion } from './question.ts';
import { measured } from './words.ts';

/** `imgpipe view <alertNo>` */
export function viewCommand(onExit: (status: number) => void): Command {
  return commandOf('view', [], 'imgpipe view 1 --open')
    .description("show an alert: what changed, by how much, when, and the three pictures' paths")
    .addArgument(new Argument('<alertNo>', "the alert's number").argParser(positiveInteger))
    .option('--open', "open the three pictures in the desktop's viewer")
    .action(async (number: number, options: { open?: boolean }, command: Command) => {
      onExit(
        await runQuestion(command, async ({ pipeline, config, terminal }) => {
          const shown = await pipeline.view(number);
          terminal.result(config.json ? JSON.stringify(viewJson(shown)) : linesOf(shown).join('\n'));
          if (options.open === true) await openPictures(shown);
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
    `Received:        ${image.receivedAt} from ${escapeText(image.origin)}`,
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

async function openPictures({ paths }: AlertView): Promise<void> {
  for (const file of [paths.reference, paths.image, paths.difference]) {
    try {
      const viewer = await openInDesktop(file);
      await new Promise<void>((resolve, reject) => {
        viewer.once('error', reject);
        viewer.once('spawn', resolve);
        if (viewer.pid !== undefined) resolve();
      });
    } catch (error) {
      throw new ImgpipeError(
        'viewer_failed',
        `no viewer could be started for ${file} (${(error as Error).message}): open the paths above yourself`,
        { cause: error },
      );
    }
  }
}
