import { html } from 'hono/html';
import { differenceKey, imageKey } from '../../domain/object-keys.ts';
import { type ImageRecord, notesOf, type PictureFormat, type Region } from '../../domain/records.ts';
import type { AlertModel } from '../models.ts';
import { isConverted } from '../pictures.ts';
import { originalUrl, pictureUrl, type Role, shownUrl } from '../urls.ts';
import { comparisonTools } from './comparison-tools.ts';
import { canvasOf, type Size, sizeOf } from './geometry.ts';
import type { Html, Piece } from './layout.ts';
import { nameOf, sizeWords } from './words.ts';

/** The three pictures side by side, at one scale. The script adds the other comparison modes. */
export function comparison({ view, missing, drawn, deep }: AlertModel): Html {
  const { alert, event, image, reference } = view;
  const canvas = canvasOf(image, reference) ?? { width: 4, height: 3 };
  const regions = event.regions?.first ?? [];
  const shown = (picture: Shown) => {
    const { role, sha256, format } = picture;
    const url = (isConverted(format) ? originalUrl : pictureUrl)(alert.number, role, sha256);
    const shownAs = drawn.has(role) ? shownUrl(alert.number, role, sha256) : url;
    return figure({ ...picture, url, shownAs, canvas, regions, missing: missing.has(picture.role) });
  };
  return html`<section class="compare" id="compare" aria-label="Pictures" data-width="${canvas.width}" data-height="${canvas.height}">
${comparisonTools({ pair: !missing.has('reference') && !missing.has('image'), regions: regions.length > 0 })}
<div class="views" id="views" data-mode="side">${[
    shown({ ...pictureOf(reference), role: 'reference', label: 'Previous Image', noun: 'previous image' }),
    shown({ ...pictureOf(image), role: 'image', label: 'Image', noun: 'image' }),
    shown({
      role: 'difference',
      label: 'Difference Image',
      noun: 'difference image',
      key: differenceKey(event),
      about: 'lighter: larger difference',
      alt: `Difference of ${nameOf(image)} from ${reference.number}`,
      size: canvas,
      sha256: event.differenceSha256 ?? '',
      format: 'jpg',
    }),
  ]}</div>
${
  deep.size === 0
    ? ''
    : html`<p class="muted">Pictures of 16 bits are drawn in 8: the darkest 0.1 % of the previous image are black, and the lightest 0.1 % white.</p>
`
}${
  [image, reference].some((each) => notesOf(each).length > 0)
    ? html`<p class="muted">An odd file is drawn as imgpipe decoded it, which a browser may not.</p>
`
    : ''
}<p class="reading scripted" id="reading"></p>
</section>`;
}

function pictureOf(image: ImageRecord) {
  return {
    key: imageKey(image),
    about: `${nameOf(image)}, ${sizeWords(image)}`,
    alt: nameOf(image),
    size: sizeOf(image),
    sha256: image.sha256,
    format: image.format,
  };
}

/** A picture in the store. */
interface Shown extends Omit<Picture, 'url' | 'shownAs' | 'canvas' | 'regions' | 'missing'> {
  readonly sha256: string;
  readonly format: PictureFormat;
}

interface Picture {
  readonly role: Role;
  readonly label: string;
  /** The label within a sentence. */
  readonly noun: string;
  /** Its key in the store. */
  readonly key: string;
  readonly about: string;
  readonly alt: string;
  readonly url: string;
  /** The URL of the picture on the page. */
  readonly shownAs: string;
  readonly size: Size | undefined;
  readonly canvas: Size;
  readonly regions: readonly Region[];
  readonly missing: boolean;
}

function figure({ role, label, noun, key, about, alt, url, shownAs, size, canvas, regions, missing }: Picture): Html {
  return html`
<figure class="view" data-role="${role}"><figcaption><h2>${label}</h2><span>${about}</span>${
    missing ? '' : html` <a href="${url}" aria-label="${label}: file">file</a>`
  }</figcaption>${
    missing
      ? html`<p class="missing">The ${noun} <code>${key}</code> is not in the store.</p>`
      : html`<div class="pane"><div class="plane">${frame(canvas)}<img src="${shownAs}" alt="${alt}" width="${share(size, canvas)}" decoding="async">${boxes(regions, canvas)}</div></div>`
  }</figure>`;
}

/** Gives the plane its aspect ratio before a picture is loaded. */
function frame({ width, height }: Size): Html {
  return html`<svg class="frame" viewBox="0 0 ${width} ${height}" aria-hidden="true"></svg>`;
}

/** A picture's width relative to the canvas, so that pictures of different sizes have the same scale. */
function share(size: Size | undefined, canvas: Size): string {
  return `${size === undefined ? 100 : Number(((size.width / canvas.width) * 100).toFixed(4))}%`;
}

/** All regions as one path, drawn wide and dark and then thin and light, to be visible on any picture. */
function boxes(regions: readonly Region[], { width, height }: Size): Piece {
  if (regions.length === 0) return '';
  const line = regions.map(({ box }) => `M${box.x} ${box.y}h${box.width}v${box.height}h${-box.width}z`).join('');
  const path = (name: string) => html`<path class="${name}" d="${line}" vector-effect="non-scaling-stroke"/>`;
  return html`<svg class="boxes" viewBox="0 0 ${width} ${height}" data-regions="${regions.length}" aria-hidden="true">${path('under')}${path('over')}</svg>`;
}
