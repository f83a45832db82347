import { cleanSchema } from '../../../src/domain/json/clean.ts';
import { comparisonSchema } from '../../../src/domain/json/comparison.ts';
import { copySchema } from '../../../src/domain/json/copy.ts';
import {
  deadLetterLineSchema,
  deadLetterSchema,
  dropLineSchema,
  replayLineSchema,
} from '../../../src/domain/json/dead-letters.ts';
import { noticeLineSchema } from '../../../src/domain/json/notice-lines.ts';
import { ranSchema } from '../../../src/domain/json/received.ts';
import { alertLineSchema, imageLineSchema, outcomeLineSchema } from '../../../src/domain/json/result-lines.ts';
import { livenessSchema, statusSchema } from '../../../src/domain/json/status.ts';
import { viewSchema } from '../../../src/domain/json/view.ts';
import { fillBlocks, markdownTable } from './blocks.ts';
import { addedFieldTable, fieldTable } from './fields.ts';

/** `docs/reference/json.md`: the fields of everything that a command prints with `--json`. */
export function jsonPage(page: string): string {
  return fillBlocks(
    page,
    new Map([
      ['image', fieldTable(imageLineSchema, 'field of `image`')],
      ['outcome', fieldTable(outcomeLineSchema, 'field of `outcome`')],
      ['alert', fieldTable(alertLineSchema, 'field of `alert`')],
      ['view', fieldTable(viewSchema)],
      ['status', fieldTable(statusSchema)],
      ['compare', fieldTable(comparisonSchema)],
      ['alive', fieldTable(livenessSchema)],
      ['dead-list', fieldTable(deadLetterLineSchema)],
      ['dead-show', addedFieldTable(deadLetterSchema, deadLetterLineSchema)],
      ['dead-replay', fieldTable(replayLineSchema)],
      ['dead-drop', fieldTable(dropLineSchema)],
      ['clean', fieldTable(cleanSchema)],
      ['copy', fieldTable(copySchema)],
      ['ran', fieldTable(ranSchema)],
      ['notices', noticeTable()],
    ]),
  );
}

/** The notices by type, each with its further fields. */
function noticeTable(): string {
  const rows = noticeLineSchema.options.map(({ shape, description = '' }) => {
    const { type, ...fields } = shape;
    const names = Object.keys(fields).map((name) => `\`${name}\``);
    return [`\`${type.value}\``, names.join(', '), description];
  });
  return markdownTable(['`type`', 'further fields', 'meaning'], rows);
}
