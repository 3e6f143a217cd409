/**
 * Currencies that people pay with: the active codes of ISO 4217 (list one, 2026) without metals, test codes and units of
 * account such as XTS, XAU, CLF or CHE. Written down here, because what a runtime knows as a currency changes with its version.
 */
const active = `
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
  CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR
  ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
  MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE
  SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF
  XPF YER ZAR ZMW ZWG`;

const codes: ReadonlySet<string> = new Set(active.trim().split(/\s+/));

/** Whether this is the code of money in use: `EUR`, not `eur`, `DEM`, `XTS` or `BTC`. */
export function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && codes.has(value);
}
