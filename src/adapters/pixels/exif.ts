import type { Orientation } from '../../analysis/orientation.ts';

const ORIENTATION_TAG = 0x0112;
const BYTE = 1;
const SHORT = 3;
const LONG = 4;

/** Reads the orientation from the first directory of a TIFF block, the format of EXIF data; 1 if there is none. */
export function tiffOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const byteOrder = view.getUint16(0);
  const little = byteOrder === 0x4949;
  if ((!little && byteOrder !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;

  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    return view.getUint32(at + 4, little) === 1 ? asOrientation(entryValue(view, at, little)) : 1;
  }
  return 1;
}

function entryValue(view: DataView, at: number, little: boolean): number {
  switch (view.getUint16(at + 2, little)) {
    case BYTE:
      return view.getUint8(at + 8);
    case SHORT:
      return view.getUint16(at + 8, little);
    case LONG:
      return view.getUint32(at + 8, little);
    default:
      return 1;
  }
}

function asOrientation(value: number): Orientation {
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}
