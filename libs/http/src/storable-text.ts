/**
 * Whether PostgreSQL can keep the text: no NUL character, no half of a surrogate pair.
 * Both arrive as valid JSON (`\u0000`, `\ud800`) and would otherwise come back as a 500 from the database.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && (text as string & { isWellFormed(): boolean }).isWellFormed();
}
