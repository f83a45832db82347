// AssemblyScript, compiled to WebAssembly by `npm run kernel` (part of `npm run build`).
//
// The inner loops of `changed@2`. Each call processes a chunk of a band (a row of blocks of 8 × 8 pixels), up to
// `capacity()` pixels wide. The wrappers are src/analysis/changed/bands.ts and difference-histograms.ts.

export { capacity } from './changed/layout.as';
export { after, before, included, luma, subtract, sums } from './changed/subtract.as';
export { anyStrong, marks, smoothed, stride, strong, threshold, weak } from './changed/threshold.as';
export { addTables, clearCounts, countDifferences, countSums, differenceCounts, sumCounts } from './changed/count.as';
