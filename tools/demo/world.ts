/** What the demonstration shops sell. Prices in minor units, tax in basis points and included. */
export interface DemoProduct {
  category: string;
  title: string;
  variants: [name: string, priceMinor: number][];
}

export interface DemoMerchant {
  name: string;
  slug: string;
  currency: string;
  timeZone: string;
  taxRateBps: number;
  members: number;
  ordersPerDay: number;
  products: DemoProduct[];
}

const bag: DemoProduct['variants'] = [
  ['250 g', 950],
  ['1 kg', 3_250],
];

export const merchants: DemoMerchant[] = [
  {
    name: 'Koffie & Co',
    slug: 'koffie',
    currency: 'EUR',
    timeZone: 'Europe/Amsterdam',
    taxRateBps: 900,
    members: 1_400,
    ordersPerDay: 44,
    products: [
      ...['House beans', 'Dark roast', 'Ethiopia Guji', 'Colombia Huila', 'Decaf', 'Espresso blend'].map((title) => ({
        category: 'beans',
        title,
        variants: bag,
      })),
      ...['Stoneware mug', 'Glass cup', 'Travel mug'].map((title) => ({
        category: 'cups',
        title,
        variants: [
          ['one', 1_490],
          ['set of four', 4_990],
        ] as DemoProduct['variants'],
      })),
      { category: 'machines', title: 'Hand grinder', variants: [['steel', 8_900]] },
      { category: 'machines', title: 'Pour-over kit', variants: [['for two', 5_450]] },
      { category: 'machines', title: 'Espresso machine', variants: [['one group', 64_900]] },
    ],
  },
  {
    name: 'North Goods',
    slug: 'north',
    currency: 'USD',
    timeZone: 'America/New_York',
    taxRateBps: 800,
    members: 600,
    ordersPerDay: 18,
    products: [
      ...['Wool socks', 'Beanie', 'Scarf', 'Mittens'].map((title) => ({
        category: 'clothing',
        title,
        variants: [
          ['S', 2_400],
          ['M', 2_400],
          ['L', 2_600],
        ] as DemoProduct['variants'],
      })),
      ...['Camp stove', 'Lantern', 'Enamel pot'].map((title) => ({
        category: 'outdoor',
        title,
        variants: [['one', 5_900]] as DemoProduct['variants'],
      })),
    ],
  },
];

const ladder = [
  { name: 'bronze', threshold: 0, multiplier_bps: 10_000 },
  { name: 'silver', threshold: 300, multiplier_bps: 11_000 },
  { name: 'gold', threshold: 1_000, multiplier_bps: 12_500 },
  { name: 'platinum', threshold: 3_000, multiplier_bps: 15_000 },
];

export interface DemoProgram {
  merchant: string;
  body: object;
}

export const programs: DemoProgram[] = [
  {
    merchant: 'koffie',
    body: {
      name: 'Koffie Club',
      currency: 'EUR',
      time_zone: 'Europe/Amsterdam',
      is_default: true,
      rules: {
        tiers: ladder,
        earning: { points: 1, per_minor: 100, include_tax: true, max_per_day: 2_000 },
        expiry_days: 365,
        cashback: { rate_bps: 200, hold_days: 14 },
      },
    },
  },
  {
    merchant: 'north',
    body: {
      name: 'Northern Miles',
      currency: 'USD',
      time_zone: 'America/New_York',
      is_default: true,
      rules: { tiers: ladder, earning: { points: 2, per_minor: 100, include_tax: false }, expiry_days: 730 },
    },
  },
  {
    merchant: 'north',
    body: {
      name: 'Northern Miles UK',
      currency: 'GBP',
      time_zone: 'Europe/London',
      is_default: true,
      rules: { tiers: ladder, earning: { points: 3, per_minor: 100, include_tax: false } },
    },
  },
];

export const firstNames = [
  'Anna',
  'Bram',
  'Chiara',
  'Daan',
  'Elif',
  'Femke',
  'Gustav',
  'Hanna',
  'Ines',
  'Jonas',
  'Kofi',
  'Lotte',
  'Mehmet',
  'Noor',
  'Olga',
  'Pieter',
];
export const lastNames = [
  'Bakker',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Hansen',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lund',
  'Moreau',
  'Novak',
  'Okafor',
];
