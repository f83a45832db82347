import type { ImageId } from '../domain/records.ts';
import type { Fault } from './audit-report.ts';

/** How many numbers of one hole are reported one by one. */
const MAX_NAMED = 100;

/** Checks that the numbers of each stream run from 1 to its last number without holes. */
export interface Numbering {
  /** The images in order: by stream, then by number. */
  add(image: ImageId): void;
  /** After the last image. */
  end(): void;
  /** Whether this number of the current stream, below the last one added, is in a hole. */
  isMissing(image: ImageId): boolean;
}

export function createNumbering(
  streams: readonly { readonly stream: string; readonly lastNumber: number }[],
  onFault: (fault: Fault) => void,
): Numbering {
  const lastNumbers = new Map(streams.map(({ stream, lastNumber }) => [stream, lastNumber]));
  let stream: string | undefined;
  let last = 0;
  let holes: { first: number; end: number }[] = [];

  function endStream(): void {
    if (stream === undefined) return;
    const lastNumber = lastNumbers.get(stream);
    lastNumbers.delete(stream);
    if (lastNumber === undefined || lastNumber < last) {
      onFault({
        key: `stream ${stream}`,
        what: 'the row with its last number is missing, or behind its images',
      });
    } else {
      reportHole((number) => `image ${stream}/${number}`, last, lastNumber + 1, onFault);
    }
  }

  return {
    add(image) {
      if (image.stream !== stream) {
        endStream();
        stream = image.stream;
        last = 0;
        holes = [];
      }
      if (image.number > last + 1) {
        holes.push({ first: last + 1, end: image.number });
        reportHole((number) => `image ${image.stream}/${number}`, last, image.number, onFault);
      }
      last = image.number;
    },
    end() {
      endStream();
      stream = undefined;
      for (const [name, lastNumber] of lastNumbers) {
        reportHole((number) => `image ${name}/${number}`, 0, lastNumber + 1, onFault);
      }
    },
    isMissing: ({ number }) =>
      number < 1 || number > last || holes.some(({ first, end }) => number >= first && number < end),
  };
}

/** Reports the numbers missing between two rows one by one, up to a limit, and then a count of the rest. */
export function reportHole(
  keyOf: (number: number) => string,
  before: number,
  next: number,
  onFault: (fault: Fault) => void,
): void {
  const first = before + 1;
  const named = Math.min(next - first, MAX_NAMED);
  for (let number = first; number < first + named; number += 1) {
    onFault({ key: keyOf(number), what: 'its number was assigned, but its row is missing' });
  }
  const more = next - first - named;
  if (more > 0) onFault({ key: keyOf(first + named), what: `and ${more - 1} more after it are missing` });
}
