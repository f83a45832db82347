import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { compareFiles } from '../app/compare-files.ts';
import { asImgpipeError, ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { thresholdText } from '../domain/threshold.ts';
import type { ComparedPicture, ComparedPictures } from '../operations/compare-pictures.ts';
import { comparisonJson } from '../operations/json/comparison.ts';
import { commandOf, configOf } from './options.ts';
import { createTerminal } from './terminal.ts';
import { regionLines } from './view.ts';
import { errorLine, measured } from './words.ts';

const [SAME, DIFFERENT, CANNOT] = [0, 1, 2];

/** `imgpipe compare <before> <after>` */
export function compareCommand(onExit: (status: number) => void): Command {
  const settings = ['technique', 'threshold', 'mask', 'workers', 'maxFileMegabytes', 'maxMegapixels'] as const;
  return commandOf({
    name: 'compare',
    settings,
    options: [['--out <file>', 'write the difference image there, where the pictures differ']],
    example: 'imgpipe compare before.jpg after.jpg --technique changed',
  })
    .description(
      'compare two pictures without a pipeline; exit 0 where they are the same, 1 where they differ, 2 or more on trouble',
    )
    .argument('<before>', 'a JPEG or PNG')
    .argument('<after>', 'the one to be held against it')
    .action(async (before: string, after: string, { out }: { out?: string }, command: Command) => {
      const config = configOf(command);
      const terminal = await createTerminal(config);
      try {
        const compared = await compareFiles(config, before, after);
        const { difference } = compared;
        if (out !== undefined && difference !== null) await writeOut(out, difference);
        terminal.result(
          config.json ? JSON.stringify(comparisonJson(compared, out)) : linesOf(compared, out).join('\n'),
        );
        onExit(compared.kind === 'unchanged' ? SAME : DIFFERENT);
      } catch (thrown) {
        const error = asImgpipeError(thrown);
        terminal.complaint(errorLine(error));
        if (config.verbose) terminal.complaint(String(error.stack));
        // 1 says that the pictures differ, here as with other programs that compare.
        onExit(error.exit === DIFFERENT ? CANNOT : error.exit);
      } finally {
        terminal.close();
      }
    });
}

function linesOf(compared: ComparedPictures, out: string | undefined): string[] {
  const { kind, measurement, reference, image, mask, regions } = compared;
  const by = measurement === null ? '' : ` by ${measured(measurement, compared)}`;
  const limit = `threshold ${thresholdText(compared.threshold)}`;
  const what = {
    unchanged:
      measurement === 0
        ? `no difference (${compared.technique})`
        : `no more than the threshold: they differ${by}, ${limit}`,
    changed: `the pictures differ${by}, ${limit}`,
    size_changed: `another size: ${sizeOf(image)}, before ${sizeOf(reference)}`,
  }[kind];
  return [
    what,
    `Before:          ${escapeText(reference.file)}, ${sizeOf(reference)}`,
    `After:           ${escapeText(image.file)}, ${sizeOf(image)}`,
    ...(mask === null ? [] : [`Mask:            ${escapeText(mask.file)}`]),
    ...(out === undefined || compared.difference === null ? [] : [`Difference:      ${escapeText(out)}`]),
    ...(regions === null ? [] : regionLines(regions)),
  ];
}

function sizeOf({ width, height }: ComparedPicture): string {
  return `${width} × ${height}`;
}

async function writeOut(file: string, difference: Uint8Array): Promise<void> {
  try {
    await writeFile(file, difference);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ImgpipeError('usage', `--out: ${file} cannot be written (${code}): give another`, { cause });
  }
}
