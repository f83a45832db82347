/** Collects what is odd about a picture's file. */
export interface Notes {
  /** Adds a sentence in lower case, without its full stop. A sentence that is already there is not added again. */
  add(note: string): void;
  /** At most 8 sentences; the last one says how many more there were. Undefined if there are none. */
  list(): readonly string[] | undefined;
}

const MAX_NOTES = 8;

/** Creates a collector whose memory is bounded, however many notes are added. */
export function createNotes(): Notes {
  const notes = new Set<string>();
  let more = 0;
  return {
    add(note) {
      if (notes.size < MAX_NOTES) notes.add(note);
      else if (!notes.has(note)) more++;
    },
    list() {
      if (notes.size === 0) return undefined;
      const all = [...notes];
      if (more === 0) return all;
      return [...all.slice(0, MAX_NOTES - 1), `and ${more + 1} more`];
    },
  };
}
