/** The name that was probably meant: the one with the fewest edits, if these are few; undefined if none is close. */
export function closestName(typed: string, names: readonly string[]): string | undefined {
  const plain = typed.toLowerCase().replaceAll(/[-_]/g, '');
  const limit = Math.max(1, Math.ceil(plain.length / 3));
  const [best] = names
    .map((name) => ({ name, edits: editDistance(plain, name.toLowerCase().replaceAll(/[-_]/g, '')) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

/** The Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = Number(row[j - 1]) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, Number(row[j]) + 1, Number(next[j - 1]) + 1));
    }
    row = next;
  }
  return Number(row[b.length]);
}
