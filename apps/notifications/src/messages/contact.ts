/** How to reach a member. */
export interface Contact {
  email: string;
  displayName: string;
}
