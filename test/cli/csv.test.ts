import { describe, expect, it } from 'vitest';
import { csvLine } from '../../src/cli/csv.ts';
import { COLUMNS } from '../../src/cli/list.ts';
import { alertLineSchema, imageLineSchema, outcomeLineSchema } from '../../src/domain/json/result-lines.ts';

describe('a line of CSV', () => {
  it.each([
    [['a', 1, null, 0.5], 'a,1,,0.5'],
    [['a b', 'c,d', 'say "hi"'], 'a b,"c,d","say ""hi"""'],
    [['two\nlines', 'a\u001b[31m'], 'two\\nlines,a\\x1b[31m'],
    [['=1+1', '+1', '-1', '@a', '\t=1'], "'=1+1,'+1,'-1,'@a,'\\t=1"],
    [['=a,b'], `"'=a,b"`],
    [[-1, ''], '-1,'],
  ])('of %j is %s', (fields, line) => {
    expect(csvLine(fields)).toBe(line);
  });
});

it('CSV has the fields of JSON, without what no listed row has and the facts that are no single value', () => {
  const left = new Set(['type', 'repeated', 'capture']);
  const fieldsOf = ({ shape }: { readonly shape: object }) => Object.keys(shape).filter((field) => !left.has(field));
  expect(COLUMNS).toEqual({
    images: fieldsOf(imageLineSchema),
    events: fieldsOf(outcomeLineSchema),
    alerts: fieldsOf(alertLineSchema),
  });
});
