import type { Command } from 'commander';
import { compareFiles } from '../app/compare-files.ts';
import { escapeText } from '../domain/escape.ts';
import { thresholdText } from '../domain/threshold.ts';
import type { ComparedPicture, ComparedPictures } from '../operations/compare-pictures.ts';
import { comparisonJson } from '../operations/json/comparison.ts';
import { printError } from './error-lines.ts';
import { configOf } from './options.ts';
import { checkOut, writeOut } from './out-file.ts';
import { createTerminal } from './terminal.ts';
import { measured, regionLines } from './words.ts';

const [SAME, DIFFERENT, FAILED] = [0, 1, 2];

export interface CompareOptions {
  readonly before: string;
  readonly after: string;
  /** Where to write the difference image. */
  readonly out: string | undefined;
}

/** Compares two files and prints the result. Resolves to the exit status: 0 same, 1 different, 2 or higher an error. */
export async function runCompare(command: Command, { before, after, out }: CompareOptions): Promise<number> {
  const config = configOf(command);
  const terminal = await createTerminal(config);
  try {
    const inputs = [before, after, ...(config.mask === '' ? [] : [config.mask])];
    const draw = out === undefined ? false : checkOut(out, inputs);
    const compared = await compareFiles(config, before, after, { draw });
    const { difference } = compared;
    if (out !== undefined && difference !== null) await writeOut(out, difference);
    terminal.result(config.json ? JSON.stringify(comparisonJson(compared, out)) : linesOf(compared, out).join('\n'));
    return compared.kind === 'unchanged' ? SAME : DIFFERENT;
  } catch (thrown) {
    const exit = printError(terminal, config, thrown);
    // As with cmp and diff, 1 means that the pictures differ.
    return exit === DIFFERENT ? FAILED : exit;
  } finally {
    terminal.close();
  }
}

function linesOf(compared: ComparedPictures, out: string | undefined): string[] {
  const { kind, measurement, reference, image, mask, regions } = compared;
  const by = measurement === null ? '' : ` by ${measured(measurement, compared)}`;
  const threshold = `threshold ${thresholdText(compared.threshold)}`;
  const what = {
    unchanged:
      measurement === 0
        ? `no difference (${compared.technique})`
        : `not above the threshold: the pictures differ${by}, ${threshold}`,
    changed: `the pictures differ${by}, ${threshold}`,
    size_changed: `the sizes differ: ${sizeOf(image)}, before ${sizeOf(reference)}`,
  }[kind];
  return [
    what,
    `Before:          ${escapeText(reference.file)}, ${sizeOf(reference)}`,
    `After:           ${escapeText(image.file)}, ${sizeOf(image)}`,
    ...reference.notes.map((note) => `Note:            the first file is odd: ${escapeText(note)}`),
    ...image.notes.map((note) => `Note:            the second file is odd: ${escapeText(note)}`),
    ...(mask === null ? [] : [`Mask:            ${escapeText(mask.file)}`]),
    ...(out === undefined || compared.difference === null ? [] : [`Difference:      ${escapeText(out)}`]),
    ...(regions === null ? [] : regionLines(regions)),
  ];
}

function sizeOf({ width, height }: ComparedPicture): string {
  return `${width} × ${height}`;
}
