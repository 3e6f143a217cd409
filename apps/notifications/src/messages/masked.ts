/** An address as it may stand in logs and answers: a***@demo.test. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '***' : `${address.slice(0, 1)}***${address.slice(at)}`;
}
