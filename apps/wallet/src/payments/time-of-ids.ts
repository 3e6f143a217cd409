/** The lowest id that can have been made at the instant: the first 48 bits of a UUID v7 are its milliseconds (RFC 9562). */
export function firstIdOf(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
