import sax from 'sax';
import { CamtStatements } from './camt-statements';
import { encodingOfXml, textOf } from './file-text';
import type { Expected } from './read-csv';
import { slicesOf } from './slices';
import { fileFault, type ParsedStatement } from './statement-line';

/** BankToCustomerStatement of ISO 20022, in the versions that banks send: 2009 and 2019 (https://www.iso20022.org). */
const namespace = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(02|08)$/;
/** The message nests some fifteen deep. */
const deepest = 40;
const longestText = 2_000;

/** The five of XML itself; the parser knows those of HTML too, which no bank's file may use. */
const entities = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" };

/**
 * Reads camt.053.001.02 or .08: one statement or several, of one account. A document type is refused before anything in it is
 * looked at, so that no entity is ever expanded and nothing is ever fetched. Refuses, with the line: what is no XML, another
 * message, currency or account, and balances that the lines do not explain.
 */
export async function readCamt(bytes: Buffer, expected: Expected): Promise<ParsedStatement[]> {
  const text = textOf(bytes, encodingOfXml(bytes)).replace(/^\ufeff/, '');
  const statements = new CamtStatements(expected);
  const parser = sax.parser(true, { xmlns: true, position: true });
  parser.ENTITIES = { ...entities };
  const path: string[] = [];
  let leaf = '';
  const line = () => parser.line + 1;
  parser.onerror = ({ message }) => {
    throw fileFault('xml_malformed', reasonOf(message), line(), `column ${parser.column + 1}`);
  };
  parser.ondoctype = () => {
    throw fileFault('xml_document_type', 'A document type is not read here.', line());
  };
  parser.onopentag = (tag) => {
    const { local, uri, attributes } = tag as sax.QualifiedTag;
    if (path.length === 0 && !(local === 'Document' && namespace.test(uri)))
      throw fileFault('statement_format_unknown', 'This is no camt.053.001.02 or camt.053.001.08.', line());
    if (path.length >= deepest) throw fileFault('xml_malformed', `Elements nest more than ${deepest} deep.`, line());
    path.push(local);
    leaf = '';
    statements.open(path, line(), attributes['Ccy']?.value);
  };
  parser.ontext = parser.oncdata = (part) => {
    if (leaf.length < longestText) leaf += part;
  };
  parser.onclosetag = () => {
    statements.close(path, leaf.trim(), line());
    path.pop();
    leaf = '';
  };
  for await (const slice of slicesOf(text)) parser.write(slice);
  parser.close();
  return statements.done();
}

/** The parser's sentence without its own account of the place. */
const reasonOf = (message: string): string => `This is no well-formed XML: ${message.split('\n')[0]?.slice(0, 120)}.`;
