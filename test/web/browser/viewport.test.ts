import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constrained,
  fitView,
  fitZoom,
  MAX_ZOOM,
  nextZoom,
  panned,
  toPane,
  toPicture,
  zoomedAt,
  zoomText,
} from '../../../src/web/browser/viewport.ts';

const PANE = { width: 400, height: 300 };
const PICTURE = { width: 800, height: 400 };

describe('zoom and pan', () => {
  it('fits the whole picture, enlarging small ones', () => {
    expect(fitView(PANE, PICTURE)).toEqual({ centre: { x: 400, y: 200 }, zoom: 0.5 });
    expect(fitZoom(PANE, { width: 40, height: 40 })).toBe(7.5);
    expect(fitZoom(PANE, { width: 1, height: 1 })).toBe(MAX_ZOOM);
  });

  it('converts between positions of pane and picture', () => {
    // At 64 the middle of the pane shows (100, 50): 32 pixels of the pane further is half a pixel further.
    const view = { centre: { x: 100, y: 50 }, zoom: 64 };
    expect(toPicture(view, PANE, { x: 200 + 32, y: 150 - 64 })).toEqual({ x: 100.5, y: 49 });
    expect(toPane(view, PANE, { x: 100.5, y: 49 })).toEqual({ x: 232, y: 86 });
  });

  it('keeps the point under the pointer while zooming', () => {
    const place = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 300 }) });
    fc.assert(
      fc.property(place, fc.double({ min: 0.1, max: 10, noNaN: true }), (at, factor) => {
        const view = { centre: { x: 300, y: 210 }, zoom: 2 };
        const [before, after] = [toPicture(view, PANE, at), toPicture(zoomedAt(view, PANE, at, factor), PANE, at)];
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
      }),
    );
  });

  it('limits the zoom', () => {
    const view = { centre: { x: 400, y: 200 }, zoom: 40 };
    expect(zoomedAt(view, PANE, { x: 0, y: 0 }, 100).zoom).toBe(MAX_ZOOM);
    expect(constrained({ ...view, zoom: 0.01 }, PANE, PICTURE).zoom).toBe(0.5);
    // A picture smaller than the pane may be seen at 1:1, though it fits enlarged.
    expect(constrained({ ...view, zoom: 0.01 }, PANE, { width: 40, height: 40 }).zoom).toBe(1);
  });

  it('shows no margin where the picture is larger than the pane', () => {
    const settle = (x: number, y: number) => constrained({ centre: { x, y }, zoom: 2 }, PANE, PICTURE).centre;
    expect(settle(-50, 5000)).toEqual({ x: 100, y: 325 });
    expect(settle(300, 200)).toEqual({ x: 300, y: 200 });
    // Less high than the pane: in the middle.
    expect(constrained({ centre: { x: 400, y: 10 }, zoom: 0.6 }, PANE, PICTURE).centre.y).toBe(200);
  });

  it('pans with the pointer', () => {
    expect(panned({ centre: { x: 100, y: 100 }, zoom: 4 }, { x: 40, y: -8 }).centre).toEqual({ x: 90, y: 102 });
  });

  it('steps by powers of two', () => {
    expect([nextZoom(0.95, 1), nextZoom(1, 1), nextZoom(1.4, 1), nextZoom(64, -1)]).toEqual([1, 2, 2, 32]);
    expect([nextZoom(0.95, -1), nextZoom(1, -1), nextZoom(1.4, -1)]).toEqual([0.5, 0.5, 1]);
  });

  it('formats the zoom', () => {
    expect([0.0625, 0.5, 1.41, 64].map(zoomText)).toEqual(['6.3 %', '50 %', '141 %', '6400 %']);
  });
});
