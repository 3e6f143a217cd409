/** Degrees, north and east above zero. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** Mean radius of the earth (IUGG). */
const earthKm = 6_371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The shortest way over the surface, in kilometres: the haversine formula (Sinnott, Virtues of the Haversine, 1984). */
export function greatCircleKm(from: Place, to: Place): number {
  const half = (angle: number) => Math.sin(radians(angle) / 2) ** 2;
  const share =
    half(to.latitude - from.latitude) +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * half(to.longitude - from.longitude);
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(share)));
}
