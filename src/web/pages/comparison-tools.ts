import { html } from 'hono/html';
import type { Html } from './layout.ts';

interface Tools {
  /** Whether both images exist: overlays need them. */
  readonly pair: boolean;
  /** Whether there are regions to show. */
  readonly regions: boolean;
}

const MODES = [
  { mode: 'side', label: 'Side by side', key: '1' },
  { mode: 'swipe', label: 'Swipe', key: '2' },
  { mode: 'onion', label: 'Onion skin', key: '3' },
  { mode: 'blink', label: 'Blink', key: '4 b' },
  { mode: 'difference', label: 'Difference', key: '5' },
] as const;

/** The controls of the comparison; hidden without scripts. */
export function comparisonTools({ pair, regions }: Tools): Html {
  return html`<form class="tools scripted" id="tools" autocomplete="off" aria-label="Comparison">
<fieldset class="modes"><legend class="unseen">Comparison mode</legend>${MODES.map(({ mode, label, key }) => {
    const off = !pair && mode !== 'side' && mode !== 'difference';
    return html`<label><input type="radio" name="mode" value="${mode}"${mode === 'side' ? html` checked` : ''}${off ? html` disabled` : ''} data-key="${key}"><span>${label}</span></label>`;
  })}</fieldset>
<div class="zoom" role="group" aria-label="Zoom"><button type="button" data-zoom="out" data-key="- −" aria-label="Zoom out">−</button><button type="button" data-zoom="in" data-key="+ =" aria-label="Zoom in">+</button><button type="button" data-zoom="fit" data-key="f">Fit</button><button type="button" data-zoom="one" data-key="0">1:1</button><output id="zoomed" aria-label="Zoom level"></output></div>
${regions ? html`<label class="tick"><input type="checkbox" id="regions" name="regions" checked data-key="r"> Show regions</label>` : ''}
<div class="mode-tools" id="mode-tools">
<label data-for="swipe" hidden>Divider <input type="range" id="swipe" name="swipe" min="0" max="100" step="0.5" value="50"></label>
<label data-for="onion" hidden>Previous Image <input type="range" id="onion" name="onion" min="0" max="100" step="1" value="50" aria-label="Opacity of the image in percent"> Image</label>
<span data-for="blink" hidden><button type="button" id="blink-play" data-key="p">Pause</button> <button type="button" id="blink-step" data-key="s">Step</button></span>
<span data-for="difference" hidden><label>Scale <select id="scale" name="scale"><option value="stored">linear, as stored</option>${
    pair
      ? html`<option value="absolute">absolute, |D|</option><option value="amplified">amplified, |D| × k</option><option value="signed">signed, 128 + D × k</option>`
      : ''
  }</select></label> <label id="k-field" hidden>k <input type="range" id="k" name="k" min="1" max="32" step="1" value="8"> <output id="k-is">8</output></label></span>
</div>
</form>`;
}
