import { expect } from 'vitest';
import type { z } from 'zod';

/** Fails where a value does not have a shape. A field that the shape does not describe is a failure too. */
export function expectShape(value: unknown, shape: z.ZodType, what?: string): void {
  const parsed = shape.safeParse(value);
  expect(parsed.error?.issues ?? [], what).toEqual([]);
  // Parsing drops unknown fields.
  expect(parsed.data, what).toStrictEqual(value);
}
