import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { prose } from './pages.ts';

/** The links and pictures of a page that do not resolve within a folder, each with what is missing. */
export function brokenLinks(root: string, page: string): string[] {
  return linksOf(root, page).flatMap((target) => {
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    if (!existsSync(path.join(root, to))) return [`${target}: there is no ${to}`];
    if (anchor === undefined || anchorsOf(root, to).includes(anchor)) return [];
    return [`${target}: ${to} has no such heading`];
  });
}

/** The targets of a page's links and pictures, without those of other hosts. */
export function linksOf(root: string, page: string): string[] {
  return [...textOf(root, page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));
}

function textOf(root: string, page: string): string {
  return prose(readFileSync(path.join(root, page), 'utf8'));
}

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(root: string, page: string): string[] {
  return [...textOf(root, page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
