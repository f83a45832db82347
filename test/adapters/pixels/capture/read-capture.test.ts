import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exifFacts } from '../../../../src/adapters/pixels/capture/exif-facts.ts';
import { createCaptureReader } from '../../../../src/adapters/pixels/capture/read-capture.ts';
import { NOTHING_KNOWN } from '../../../../src/domain/capture.ts';
import { nameTimeReader } from '../../../../src/domain/name-time.ts';
import { PICTURE_FORMATS } from '../../../../src/domain/records.ts';
import { captured } from '../../../fixtures/captured/captured.ts';
import { chunk, ihdr, png } from '../../../support/png-files.ts';

const all = captured();
const read = createCaptureReader({});

function named(name: string) {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return { bytes: found.bytes, format: found.format, origin: '/pictures/cam_20260102_030405.jpg' };
}

describe('what a file tells of its capture', () => {
  it.each(all)('is read: $name', ({ bytes, format, facts }) => {
    const local = facts?.at?.startsWith('local ') ? new Date(facts.at.slice(6)).toISOString() : facts?.at;
    const expected = facts && { ...NOTHING_KNOWN, ...facts, at: local ?? null };
    expect(read({ bytes, format, origin: '/a.jpg' })).toEqual(expected);
  });

  it('is the time in the name only where the picture has none', () => {
    const reader = createCaptureReader({ nameTime: nameTimeReader('cam_%Y%m%d_%H%M%S') });
    const at = new Date(2026, 0, 2, 3, 4, 5).toISOString();
    expect(reader(named('nothing'))).toEqual({ ...NOTHING_KNOWN, at, timeFrom: 'name' });
    expect(reader(named('only a camera'))).toEqual({ ...NOTHING_KNOWN, at, timeFrom: 'name', model: 'E3 Pro' });
    expect(reader(named("a PNG's tIME"))).toMatchObject({ timeFrom: 'png' });
  });

  it("is the file's own time only if that is asked for", () => {
    const modifiedAt = new Date('2026-11-27T10:00:00.123Z');
    expect(read({ ...named('nothing'), modifiedAt })).toBeNull();
    const reader = createCaptureReader({ useModified: true });
    const facts = { ...NOTHING_KNOWN, at: '2026-11-27T10:00:00.123Z', timeFrom: 'mtime' };
    expect(reader({ ...named('nothing'), modifiedAt })).toEqual(facts);
    expect(reader({ ...named('a local time'), modifiedAt })).toMatchObject({ timeFrom: 'exif' });
    expect(reader({ ...named('nothing'), modifiedAt: new Date(Number.NaN) })).toBeNull();
  });
});

describe('hostile bytes', () => {
  const whole = named('all, big-endian').bytes;
  const exif = whole.subarray(whole.indexOf('Exif') + 6);

  it('lead to facts that can be stored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(exif.length - 1), fc.nat(255)), { maxLength: 30 }),
        fc.nat(exif.length),
        (changes, length) => {
          const bytes = Buffer.from(exif.subarray(0, length));
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          const facts = exifFacts(bytes);
          expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
          expect(JSON.stringify(facts).length).toBeLessThan(2000);
          if (facts.at !== null) expect(new Date(facts.at).toISOString()).toBe(facts.at);
        },
      ),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...PICTURE_FORMATS), (bytes, format) => {
        read({ bytes, format, origin: '/a' });
      }),
    );
  });

  it('take little time: directories that lead to themselves, millions of chunks, 60 MB of segments', () => {
    const loop = Buffer.alloc(2 ** 20, 0xff);
    loop.write('MM\0*\0\0\0\x08', 'latin1');
    const chunks = Buffer.alloc(12e6, chunk('tEXt'));
    const segments = Buffer.alloc(60e6, Buffer.from([0xff, 0xfe, 0, 2]));
    segments.set([0xff, 0xd8]);
    const webp = Buffer.alloc(60e6);
    webp.write('RIFF\0\0\0\0WEBP', 'latin1');
    const { user } = process.cpuUsage();
    exifFacts(loop);
    read({ bytes: png(ihdr(1, 1, 8, 2), chunk('eXIf', loop), chunks), format: 'png', origin: '/a' });
    read({ bytes: segments, format: 'jpg', origin: '/a' });
    read({ bytes: webp, format: 'webp', origin: '/a' });
    read({ bytes: loop, format: 'tiff', origin: '/a' });
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(0.5);
  });
});
