import { html } from 'hono/html';
import type { Region, Regions } from '../../domain/records.ts';
import type { Html, Piece } from './layout.ts';
import { counted } from './words.ts';

/** So many are shown at once. */
const SHOWN = 10;

/** The parts that have changed, the strongest first; nothing for a technique that does not look for them. */
export function regionsTable(regions: Regions | null): Piece {
  if (regions === null) return '';
  const { count, first } = regions;
  const [shown, rest] = [first.slice(0, SHOWN), first.slice(SHOWN)];
  const unkept = count - first.length;
  return html`<section class="regions" aria-labelledby="regions-title"><h2 id="regions-title">${counted(count, 'region')}</h2>
${shown.length === 0 ? '' : table('The strongest regions', shown, 1)}
${rest.length === 0 ? '' : html`<details><summary>${rest.length} more</summary>${table('More regions', rest, SHOWN + 1)}</details>`}
${unkept > 0 ? html`<p class="muted">Of ${counted(unkept, 'weaker region')} no more is kept.</p>` : ''}</section>`;
}

function table(caption: string, regions: readonly Region[], from: number): Html {
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption class="unseen">${caption}</caption><thead><tr><th scope="col">#</th><th scope="col">Left, top</th><th scope="col">Size</th><th scope="col">Centroid</th><th scope="col">Area, px</th><th scope="col">Sum</th><th scope="col">Peak</th><th scope="col">SNR</th></tr></thead><tbody>${regions.map(
    ({ box, centroid, area, sum, peak, snr }, index) => html`
<tr><th scope="row">${from + index}</th><td>${box.x}, ${box.y}</td><td>${box.width} × ${box.height}</td><td>${centroid.x.toFixed(2)}, ${centroid.y.toFixed(2)}</td><td>${area}</td><td>${sum.toFixed(2)}</td><td>${peak.toFixed(2)}</td><td>${snr.toFixed(2)}</td></tr>`,
  )}</tbody></table></div>`;
}
