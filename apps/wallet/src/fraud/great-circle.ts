/** Degrees, north and east above zero. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** Mean radius of the earth (IUGG). */
const earthKm = 6_371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * The shortest way over the surface, in kilometres: Vincenty's formula (Survey Review 23, 1975) on a sphere, which unlike the
 * haversine is as exact between opposite ends of the earth as between neighbours.
 */
export function greatCircleKm(from: Place, to: Place): number {
  const [south, north] = [radians(from.latitude), radians(to.latitude)];
  const turn = radians(to.longitude - from.longitude);
  const across = Math.cos(north) * Math.sin(turn);
  const up = Math.cos(south) * Math.sin(north) - Math.sin(south) * Math.cos(north) * Math.cos(turn);
  const along = Math.sin(south) * Math.sin(north) + Math.cos(south) * Math.cos(north) * Math.cos(turn);
  return earthKm * Math.atan2(Math.hypot(across, up), along);
}
