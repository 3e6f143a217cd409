/** A moment on two axes: what counted by then, of what was known by then. */
export interface Moment {
  asOf: Date;
  knownAt: Date;
}
