import type { Conditions } from './conditions.ts';
import type { Row, Work } from './work.ts';

/** The columns that a list is ordered by. */
export interface ListColumns {
  readonly number: string;
  readonly time: string;
}

/** The part of a list that a query reads, and its order. */
export interface ListOrder {
  readonly conditions: Conditions;
  /** The columns after `ORDER BY`, with their directions. */
  readonly order: readonly string[];
}

/** Which rows a list has, and which of them come next. */
export interface ListPart {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/**
 * The order of a list: by number, or, where it selects by time, by time and then number. `find` returns the row of a number
 * with its `time`; by time, a number without one is no bound.
 */
export function* listOrder(
  { number, time }: ListColumns,
  { from, to, before, after }: ListPart,
  find: (number: number) => Work<Row | undefined>,
): Work<ListOrder> {
  const direction = after === undefined ? 'DESC' : 'ASC';
  if (from === undefined && to === undefined) {
    return {
      conditions: [
        [`${number} < ?`, before],
        [`${number} > ?`, after],
      ],
      order: [`${number} ${direction}`],
    };
  }
  return {
    conditions: [
      [`${time} >= ?`, from],
      [`${time} < ?`, to],
      ...(yield* beside('<', before)),
      ...(yield* beside('>', after)),
    ],
    order: [`${time} ${direction}`, `${number} ${direction}`],
  };

  /** The rows on one side of that with a number. An index finds them by the first of the two conditions. */
  function* beside(side: '<' | '>', at: number | undefined): Work<Conditions> {
    const row = at === undefined ? undefined : yield* find(at);
    const placed = row?.['time'] ?? undefined;
    if (at === undefined || placed === undefined) return [];
    return [
      [`${time} ${side}= ?`, placed],
      [`(${time} ${side} ? OR ${number} ${side} ?)`, [placed, at]],
    ];
  }
}
