import { ImgpipeError } from '../domain/errors.ts';

/** The JSON object in a file. Throws `config_invalid`, which says where a mistake is but quotes nothing: it may be a password. */
export function parseObject(file: string, content: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const before = content.slice(0, placeOf(error as SyntaxError, content)).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new ImgpipeError('config_invalid', `${file} is not JSON: there is a syntax error in ${place}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ImgpipeError('config_invalid', `${file} must hold one JSON object, such as {"data": "pictures"}`);
}

/** Where the parser stopped. Of an unexpected token it names no position, so that is searched for. */
function placeOf({ message }: SyntaxError, content: string): number {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  if (position !== undefined) return Number(position);
  let [good, bad] = [0, content.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (hasUnexpectedToken(content.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return hasUnexpectedToken(content) ? good : content.length;
}

function hasUnexpectedToken(content: string): boolean {
  try {
    JSON.parse(content);
    return false;
  } catch (error) {
    return (error as SyntaxError).message.startsWith('Unexpected token');
  }
}
