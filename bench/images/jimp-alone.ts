import { Jimp } from 'jimp';

/**
 * The reference's formula with plain jimp: reads both pictures, compares them, and draws and encodes the difference if
 * any.
 */
export async function compareWithJimp(before: Buffer, after: Buffer): Promise<number> {
  const [reference, image] = [await Jimp.fromBuffer(before), await Jimp.fromBuffer(after)];
  const { width, height } = image.bitmap;
  const [a, b] = [reference.bitmap.data, image.bitmap.data];
  let [sum, min, max] = [0, 255, -255];
  for (let at = 0; at < b.length; at++) {
    if (at % 4 === 3) continue;
    const difference = (b[at] as number) - (a[at] as number);
    sum += difference * difference;
    min = Math.min(min, difference);
    max = Math.max(max, difference);
  }
  if (sum > 0) {
    const drawn = new Jimp({ width, height, color: 0x000000ff });
    for (let at = 0; at < b.length; at++) {
      if (at % 4 === 3) continue;
      drawn.bitmap.data[at] = (((b[at] as number) - (a[at] as number) - min) / (max - min)) * 255;
    }
    await drawn.getBuffer('image/jpeg', { quality: 75 });
  }
  return Math.sqrt(sum);
}
