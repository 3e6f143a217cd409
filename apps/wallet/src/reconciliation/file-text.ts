import { fileFault } from './statement-line';

export type Encoding = 'utf-8' | 'iso-8859-1' | 'windows-1252';

const names: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'iso-8859-1',
  latin1: 'iso-8859-1',
  'windows-1252': 'windows-1252',
};

/** The encoding that an XML declaration names; without one it is UTF-8 (https://www.w3.org/TR/xml/#charencoding). */
export function encodingOfXml(bytes: Buffer): Encoding {
  const start = bytes.subarray(0, 200).toString('latin1');
  const declared =
    /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1] ?? 'utf-8';
  const encoding = names[declared.toLowerCase()];
  if (!encoding)
    throw fileFault('encoding_unknown', `The encoding ${declared} is not read here: send UTF-8 or ISO-8859-1.`, 1);
  return encoding;
}

/** The text of a file without its byte order mark. Bytes that are none of the encoding are refused, with the line they are in. */
export function textOf(bytes: Buffer, encoding: Encoding): string {
  if (bytes.includes(0))
    throw fileFault(
      'file_not_text',
      'The file holds NUL bytes: it is no text in the encoding named.',
      lineOf(bytes, 0),
    );
  // ISO-8859-1 byte by byte: the decoder of that name reads windows-1252, which differs in 0x80 to 0x9f.
  if (encoding === 'iso-8859-1') return bytes.toString('latin1');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw fileFault('file_not_text', `The file is not ${encoding}.`, brokenLine(bytes, encoding));
  }
}

const lineOf = (bytes: Buffer, value: number): number => linesBefore(bytes, bytes.indexOf(value));

function linesBefore(bytes: Buffer, end: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

function brokenLine(bytes: Buffer, encoding: Encoding): number {
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (!isText(bytes.subarray(start, end), encoding)) return line;
    [line, start] = [line + 1, end + 1];
  }
  return line;
}

function isText(bytes: Buffer, encoding: Encoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
