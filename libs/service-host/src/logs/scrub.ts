import { passesLuhn } from '@florin/kernel';

const hidden = '[hidden]';

/** Names whose values never reach a log, at any depth, in headers, objects and JSON text inside strings. */
const names =
  'authorization|proxy-authorization|cookie|set-cookie|password\\w*|passwd|new_?password|(?:\\w+_)?secret|(?:\\w+_)?token|(?:access|refresh|id|card)Token|api_?key|private_?key|cvc|cvv|pin|sealedLink|otp|totp\\w*|card_?number';

/** A key and its value, in JSON or in JSON that was quoted once more. Strings, numbers and flat arrays. */
const named = new RegExp(
  `(\\\\*")(${names})\\1(\\s*:\\s*)(?:\\\\*"(?:[^"\\\\]|\\\\(?!")[^"]|\\\\\\\\?"(?!\\s*[,}\\]]))*\\\\*"|\\[[^\\]]*\\]|[-\\d.]+)`,
  'gi',
);
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
const tokenLike = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
const credentials = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s@/"]+@/gi;
const inQuery = /([?&](?:token|code|state|password|secret|signature|key)=)[^&\s"]+/gi;
/** 13 to 19 digits as cards are written: in one run, in fours, or American Express's 4-6-5. */
const cardLike =
  /(?<![\w.-])(?:[2-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -])\d{6}\2\d{5})(?![\w-])/g;

/** Takes secrets out of a line of the log. The last gate: nothing should bring one here, and something will. */
export function scrub(line: string): string {
  return line
    .replace(
      named,
      (_match, quote: string, name: string, colon: string) =>
        `${quote}${name}${quote}${colon}${quote}${hidden}${quote}`,
    )
    .replace(bearer, (_match, scheme: string) => `${scheme} ${hidden}`)
    .replace(tokenLike, hidden)
    .replace(credentials, `$1:${hidden}@`)
    .replace(inQuery, `$1${hidden}`)
    .replace(cardLike, hideCard);
}

/** After a colon, a comma or a bracket it may be a number of the JSON, where only a number may stand. */
function hideCard(digits: string, ...rest: unknown[]): string {
  if (!passesLuhn(digits)) return digits;
  const [offset, line] = rest.slice(-2) as [number, string];
  return /[:,[]/.test(line[offset - 1] ?? '') ? '0' : hidden;
}
