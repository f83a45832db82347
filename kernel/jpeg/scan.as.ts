// A scan: its blocks in their order (T.81, A.2), and the restarts between them.

import {
  decideBand,
  decideDc,
  decideEvenly,
  decideRefinement,
  endArithmetic,
  endOfArithmetic,
  firstArithmeticUnread,
  hasArithmeticUnread,
  isArithmeticAtEnd,
  isArithmeticOverread,
  startArithmetic,
  startArithmeticScan,
} from './arithmetic.as';
import {
  endInterval,
  endOfBits,
  firstUnread,
  hasUnread,
  isOverread,
  startBits,
  tableAt,
  takeBit,
  takeCoefficients,
  takeDifference,
} from './bits.as';
import { BLOCK_BYTES, Component, componentAt, keptBlock, MAX_COMPONENTS, ORDER } from './frame.as';
import { firstOfBand, isInsideRun, refineBand, startBand } from './progressive.as';

const FIRST_RST: i32 = 0xd0;

/** The numbers of the components in the current scan. */
export const SCAN: usize = memory.data(MAX_COMPONENTS, 16);

let componentCount: i32 = 0;
let mcuRows: i32 = 0;
let mcuColumns: i32 = 0;
let inputAt: usize = 0;
let inputEnd: usize = 0;

/** Whether the entropy coding is arithmetic, and not Huffman's. */
let isArithmetic: bool = false;
let scanCount: i32 = 0;
let restartInterval: i32 = 0;
let untilRestart: i32 = 0;
let nextRestart: i32 = 0;
let firstCoefficient: i32 = 0;
let lastCoefficient: i32 = 0;
let refines: bool = false;
let lowBits: i32 = 0;
let markerAfter: i32 = 0;
let endAfter: i32 = 0;

/** Sets the size of the picture whose scans follow, in MCUs, and where its file is. */
export function setPicture(components: i32, rows: i32, columns: i32, file: usize, bytes: i32): void {
  componentCount = components;
  mcuRows = rows;
  mcuColumns = columns;
  inputAt = file;
  inputEnd = file + bytes;
}

/** Sets the entropy coding of the scans that follow. */
export function setArithmetic(arithmetic: bool): void {
  isArithmetic = arithmetic;
}

/**
 * Starts a scan of the components in `SCAN`, whose data are at this offset of the file: the coefficients from `first` to
 * `last` without their `low` lowest bits, or, if it is `refining`, the bit above those. `interval` is the number of MCUs between
 * two restarts, 0 for none.
 */
export function beginScan(
  offset: i32,
  count: i32,
  interval: i32,
  first: i32,
  last: i32,
  refining: bool,
  low: i32,
): void {
  scanCount = count;
  restartInterval = interval;
  firstCoefficient = first;
  lastCoefficient = last;
  refines = refining;
  lowBits = low;
  nextRestart = 0;
  startArithmeticScan(first == 0 && refining);
  startEntropy(inputAt + offset);
  startInterval();
}

function startEntropy(from: usize): void {
  if (isArithmetic) startArithmetic(from);
  else startBits(from);
}

function endEntropy(): i32 {
  return isArithmetic ? endArithmetic() : endInterval();
}

function startInterval(): void {
  untilRestart = restartInterval;
  for (let index = 0; index < componentCount; index++) componentAt(index).lastDc = 0;
  startBand();
}

/** Reads a restart marker where one is due. Returns false if something else is there. */
// @ts-ignore: AssemblyScript decorator
@inline
export function restartIfDue(): bool {
  if (restartInterval == 0) return true;
  if (untilRestart == 0) {
    if (isInsideRun() || endEntropy() != FIRST_RST + nextRestart) return false;
    nextRestart = (nextRestart + 1) & 7;
    startInterval();
  }
  untilRestart--;
  return true;
}

/** Reads the scan into the coefficients that are kept. Returns the offset after the marker that follows, or -1 after an error. */
export function readScan(): i32 {
  if (scanCount == 1) {
    const component = componentAt(load<u8>(SCAN));
    for (let row = 0; row < component.rows; row++) {
      for (let column = 0; column < component.columns; column++) {
        if (!restartIfDue() || !readBlock(component, keptBlock(component, row, column))) return -1;
      }
    }
  } else {
    for (let row = 0; row < mcuRows; row++) {
      for (let column = 0; column < mcuColumns; column++) {
        if (!restartIfDue() || !readMcu(row, column)) return -1;
      }
    }
  }
  return endScan();
}

/**
 * Reads some MCUs of the scan, whose data are at this offset, into the coefficients that are kept, as far as the data go.
 * Returns how many of them are whole, counted from the first.
 */
export function readInterval(offset: i32, first: i32, count: i32): i32 {
  startEntropy(inputAt + offset);
  startInterval();
  if (isArithmetic) return decideInterval(first, count);
  for (let index = 0; index < count; index++) if (!readMcuAt(first + index) || isOverread()) return index;
  return isInsideRun() ? count - 1 : count;
}

/**
 * Like `readInterval`. Damaged data still makes decisions, wrong ones, but does not end where they do. What was decided before
 * the end of data that is cut short is whole.
 */
function decideInterval(first: i32, count: i32): i32 {
  let whole = 0;
  for (let index = 0; index < count; index++) {
    if (!readMcuAt(first + index)) return whole;
    if (!isArithmeticAtEnd()) whole = index + 1;
  }
  if (hasArithmeticUnread()) return 0;
  return isArithmeticOverread(inputEnd) ? whole : count;
}

/** Forgets the coefficients that are kept of some MCUs of the scan. */
export function clearInterval(first: i32, count: i32): void {
  for (let index = first; index < first + count; index++) clearMcu(index);
}

function clearMcu(index: i32): void {
  if (scanCount == 1) {
    const component = componentAt(load<u8>(SCAN));
    memory.fill(keptBlock(component, index / component.columns, index % component.columns), 0, BLOCK_BYTES);
    return;
  }
  const row = index / mcuColumns;
  const column = index % mcuColumns;
  for (let position = 0; position < scanCount; position++) {
    const component = componentAt(load<u8>(SCAN + position));
    for (let y = row * component.v; y < (row + 1) * component.v; y++) {
      memory.fill(keptBlock(component, y, column * component.h), 0, component.h * BLOCK_BYTES);
    }
  }
}

/** The offset in the file of the first byte that was not read, at most eight bytes off. */
export function position(): i32 {
  return <i32>((isArithmetic ? firstArithmeticUnread() : firstUnread()) - inputAt);
}

/** Whether there were more data than the interval needed. */
export function hasSurplus(): bool {
  return isArithmetic ? hasArithmeticUnread() : hasUnread();
}

/** Reads the MCU with an index in the scan, which is one block if the scan has one component. */
function readMcuAt(index: i32): bool {
  if (scanCount > 1) return readMcu(index / mcuColumns, index % mcuColumns);
  const component = componentAt(load<u8>(SCAN));
  return readBlock(component, keptBlock(component, index / component.columns, index % component.columns));
}

function readMcu(row: i32, column: i32): bool {
  for (let index = 0; index < scanCount; index++) {
    const component = componentAt(load<u8>(SCAN + index));
    for (let y = row * component.v; y < (row + 1) * component.v; y++) {
      for (let x = column * component.h; x < (column + 1) * component.h; x++) {
        if (!readBlock(component, keptBlock(component, y, x))) return false;
      }
    }
  }
  return true;
}

/** Reads what the scan has of a block. */
function readBlock(component: Component, block: usize): bool {
  if (isArithmetic) return decideBlock(component, block);
  if (firstCoefficient > 0) {
    const table = tableAt(4 + component.ac);
    return refines
      ? refineBand(block, table, ORDER, firstCoefficient, lastCoefficient, lowBits)
      : firstOfBand(block, table, ORDER, firstCoefficient, lastCoefficient, lowBits);
  }
  if (refines) {
    if (takeBit()) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << lowBits)));
    return true;
  }
  if (!readDc(component)) return false;
  store<i16>(block, component.lastDc << lowBits);
  return lastCoefficient == 0 || takeCoefficients(block, tableAt(4 + component.ac), ORDER) >= 0;
}

/** Like `readBlock`. */
function decideBlock(component: Component, block: usize): bool {
  if (isArithmeticOverread(inputEnd)) return false;
  if (firstCoefficient > 0) {
    return refines
      ? decideRefinement(block, component.ac, firstCoefficient, lastCoefficient, lowBits)
      : decideBand(block, component.ac, firstCoefficient, lastCoefficient, lowBits);
  }
  if (refines) {
    if (decideEvenly()) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << lowBits)));
    return true;
  }
  const difference = decideDc(component.number, component.dc);
  if (difference == i32.MIN_VALUE) return false;
  component.lastDc += difference;
  store<i16>(block, component.lastDc << lowBits);
  return lastCoefficient == 0 || decideBand(block, component.ac, 1, lastCoefficient, 0);
}

/** Reads the difference of a DC coefficient from the previous one (T.81, F.2.2.1). Returns false after an error. */
// @ts-ignore: AssemblyScript decorator
@inline
export function readDc(component: Component): bool {
  const difference = takeDifference(tableAt(component.dc));
  if (difference == i32.MIN_VALUE) return false;
  component.lastDc += difference;
  return true;
}

/** The offset after the marker that follows the scan, or -1 if none follows at once. */
export function endScan(): i32 {
  if (isInsideRun()) return -1;
  markerAfter = endEntropy();
  const end = isArithmetic ? endOfArithmetic() : endOfBits();
  endAfter = markerAfter < 0 || end > inputEnd ? -1 : <i32>(end - inputAt);
  return endAfter;
}

/** The offset after the marker that follows the last scan. */
export function scanEnd(): i32 {
  return endAfter;
}

/** The marker after the last scan, without its 0xff. */
export function marker(): i32 {
  return markerAfter;
}
