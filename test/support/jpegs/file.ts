import { STANDARD_TABLES, tablesOf, ZIGZAG } from '../../../src/adapters/pixels/jpeg/tables.ts';
import { type CodeTable, codeTable, encodeTokens } from './codes.ts';
import type { JpegDescription } from './description.ts';
import { type CoefficientPlane, drawPlanes } from './planes.ts';
import type { ScanDescription } from './scripts.ts';
import { type Token, tokensOfScan } from './symbols.ts';

/** Makes the file of a description. */
export function makeJpeg(description: JpegDescription): Buffer {
  const { quality, components } = description;
  const [luminance, chrominance] = tablesOf(quality);
  const steps = components.map((_, index) => (index === 0 ? luminance : chrominance).steps);
  return writeFile(description, drawPlanes(description, steps), [luminance.steps, chrominance.steps]);
}

/** The file of each component alone, as a grey picture. */
export function makeGreyJpegs(description: JpegDescription): Buffer[] {
  const { quality, components, width, height } = description;
  const [luminance, chrominance] = tablesOf(quality);
  const tables = components.map((_, index) => (index === 0 ? luminance : chrominance).steps);
  const planes = drawPlanes(description, tables);
  const [maxH, maxV] = [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
  return components.map(({ h, v }, index) => {
    const grey: JpegDescription = {
      ...description,
      width: Math.ceil((width * h) / maxH),
      height: Math.ceil((height * v) / maxV),
      components: [{ id: 1, h: 1, v: 1 }],
      marker: 'jfif',
      progressive: false,
      scans: [{ components: [0], first: 0, last: 63, high: 0, low: 0 }],
    };
    return writeFile(grey, planes.slice(index, index + 1), [tables[index] ?? []]);
  });
}

function writeFile(
  description: JpegDescription,
  planes: readonly CoefficientPlane[],
  tables: readonly (readonly number[])[],
): Buffer {
  const { precision, width, height, components, progressive, restartInterval } = description;
  const frame = [precision, height >> 8, height & 255, width >> 8, width & 255, components.length];
  for (const [index, { id, h, v }] of components.entries()) frame.push(id, h * 16 + v, index === 0 ? 0 : 1);
  const pieces = [Buffer.of(0xff, 0xd8), ...markerOf(description)];
  for (const [index, steps] of tables.entries())
    pieces.push(segment(0xdb, [index, ...ZIGZAG.map((at) => steps[at] ?? 1)]));
  pieces.push(segment(progressive ? 0xc2 : 0xc1, frame));
  if (restartInterval > 0) pieces.push(segment(0xdd, [0, restartInterval]));
  for (const scan of description.scans) pieces.push(...scanOf(description, scan, planes));
  return Buffer.concat([...pieces, Buffer.of(0xff, 0xd9)]);
}

function segment(marker: number, body: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body]);
}

function markerOf({ marker }: JpegDescription): Buffer[] {
  if (marker === undefined) return [];
  if (marker === 'jfif') return [segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0])];
  return [segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, marker])];
}

/** A scan with the Huffman tables that it needs. */
function scanOf(description: JpegDescription, scan: ScanDescription, planes: readonly CoefficientPlane[]): Buffer[] {
  const tokens = tokensOfScan(scan, planes, blocksOfMcus(description, scan, planes), description.restartInterval);
  const tables = new Map<number, CodeTable>();
  for (const slot of new Set(tokens.flatMap((token) => (token === 'restart' ? [] : (token.slot ?? []))))) {
    tables.set(slot, tableFor(description, slot, tokens));
  }
  const pieces = [...tables].map(([slot, { counts, symbols }]) =>
    segment(0xc4, [(slot >> 2) * 16 + (slot & 3), ...counts, ...symbols]),
  );
  const header = [scan.components.length];
  for (const index of scan.components) header.push(description.components[index]?.id ?? 0, index === 0 ? 0x00 : 0x11);
  pieces.push(segment(0xda, [...header, scan.first, scan.last, scan.high * 16 + scan.low]));
  return [...pieces, encodeTokens(tokens, tables)];
}

function tableFor({ codes }: JpegDescription, slot: number, tokens: readonly Token[]): CodeTable {
  const uses = new Map<number, number>();
  for (const token of tokens) {
    if (token === 'restart' || token.slot !== slot || token.symbol === undefined) continue;
    uses.set(token.symbol, (uses.get(token.symbol) ?? 0) + 1);
  }
  const standard = STANDARD_TABLES.get(slot);
  if (
    codes === 'standard' &&
    standard !== undefined &&
    [...uses.keys()].every((each) => standard.values.includes(each))
  ) {
    return { counts: standard.counts, symbols: standard.values };
  }
  const symbols = [...uses].sort(([a, many], [b, more]) => more - many || a - b).map(([symbol]) => symbol);
  return codeTable(symbols, codes === 'skewed' ? 'skewed' : 'even');
}

/** The blocks of each MCU of a scan, in their order (T.81, A.2). */
function blocksOfMcus({ components }: JpegDescription, scan: ScanDescription, planes: readonly CoefficientPlane[]) {
  const [only = 0] = scan.components;
  const first = planes[only];
  if (first === undefined) return [];
  if (scan.components.length === 1) {
    return Array.from({ length: first.ownColumns * first.ownRows }, (_, at) => {
      const [column, row] = [at % first.ownColumns, Math.floor(at / first.ownColumns)];
      return [{ component: only, block: row * first.columns + column }];
    });
  }
  const across = first.columns / (components[only]?.h ?? 1);
  const count = first.blocks.length / 64 / ((components[only]?.h ?? 1) * (components[only]?.v ?? 1));
  return Array.from({ length: count }, (_, mcu) => {
    const [column, row] = [mcu % across, Math.floor(mcu / across)];
    return scan.components.flatMap((component) => {
      const { h, v } = components[component] ?? { h: 1, v: 1 };
      const columns = planes[component]?.columns ?? 1;
      return Array.from({ length: h * v }, (_, at) => {
        const block = (row * v + Math.floor(at / h)) * columns + column * h + (at % h);
        return { component, block };
      });
    });
  });
}
