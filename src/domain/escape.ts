/**
 * Escapes untrusted text for output on one line: control characters, line separators and bidirectional marks become
 * `\n`, `\x1b`, `\u202e` and so on; a backslash is doubled.
 */
export function escapeText(text: string): string {
  return text.replace(/[\\\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const short = SHORT[character];
    if (short !== undefined) return short;
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

const SHORT: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
