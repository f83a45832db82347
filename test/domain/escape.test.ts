import { describe, expect, it } from 'vitest';
import { escapeText } from '../../src/domain/escape.ts';

describe('escapeText', () => {
  it.each([
    ['plain', '/pictures/a b-(1).jpg', '/pictures/a b-(1).jpg'],
    ['other scripts and emoji', 'Bärnau 東京 📷.jpg', 'Bärnau 東京 📷.jpg'],
    ['a newline', 'a\nb', 'a\\nb'],
    ['return and tab', 'a\r\tb', 'a\\r\\tb'],
    ['an escape sequence', '\x1b[31mred\x07', '\\x1b[31mred\\x07'],
    ['C1 control characters', '\x85\x9b', '\\x85\\x9b'],
    ['null and delete', '\0\x7f', '\\x00\\x7f'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['bidirectional marks', '\u202egpj.exe\u2066\u200f', '\\u202egpj.exe\\u2066\\u200f'],
    ['a lone surrogate', 'a\ud83db', 'a\\ud83db'],
    ['a backslash', 'a\\nb', 'a\\\\nb'],
  ])('keeps text on one line: %s', (_, text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  it('holds no control character afterwards, whatever it held before', () => {
    const all = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join('');
    expect(escapeText(all)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  });
});
