/** An expression of SQLite for the time, as rows have it. */
export const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
