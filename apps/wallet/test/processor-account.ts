/** The wallet's account at the processor: the defaults of a local run. */
export const apiKey = 'sk_local';
export const secret = 'whsec_local';
