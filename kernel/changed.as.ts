// AssemblyScript. `npm run build` makes WebAssembly of it, and `npm run kernel` does that alone.
//
// What `changed@1` does with the pixels of a band, which is a row of blocks of 8 × 8 pixels. Of a wide band a part is put in
// this memory at a time, up to `capacity()` pixels wide. The wrapper is src/analysis/bands-simd.ts.

export { capacity } from './changed/part.as';
export { after, before, lightness, looked, sums, survey } from './changed/survey.as';
export { isSure, mark, marked, marks, smoothed, stride, sure } from './changed/mark.as';
export { addTables, clearCounts, countDifferences, countSums, differenceCounts, sumCounts } from './changed/count.as';
