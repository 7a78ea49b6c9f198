// The demo's catalog: what a supplier of offices sells, half of it in Persian, with prices in the base currency and in a second one.
import type { Random } from './random.ts';
import type { DemoRecord } from './record.ts';

export interface DemoCurrency {
  readonly id: string;
  readonly code: string;
  /** Units of it for one unit of the base currency. */
  readonly rate: number;
}

interface Sold {
  readonly name: string;
  readonly number: string;
  readonly unit: Unit;
  /** In thousandths of what a good laptop costs: amounts of the base currency are made of it. */
  readonly price: number;
  readonly cost: number;
  readonly size?: string;
  /** Values of the family's properties, in its order. */
  readonly values?: readonly string[];
}

type Unit = 'piece' | 'box' | 'pack' | 'carton' | 'hour' | 'day';

const FAMILIES: readonly {
  readonly name: string;
  readonly number: string;
  readonly type?: number;
  readonly properties: readonly { readonly name: string; readonly options?: string }[];
  readonly members: readonly Sold[];
}[] = [
  {
    name: 'Office chairs',
    number: 'CH',
    properties: [{ name: 'Colour', options: 'Black\nGrey\nBlue' }, { name: 'Load (kg)' }],
    members: [
      {
        name: 'Aria task chair, black',
        number: 'CH-110',
        unit: 'piece',
        price: 189,
        cost: 104,
        values: ['Black', '120'],
      },
      {
        name: 'Aria task chair, blue',
        number: 'CH-111',
        unit: 'piece',
        price: 189,
        cost: 104,
        values: ['Blue', '120'],
      },
      {
        name: 'Aria executive chair',
        number: 'CH-150',
        unit: 'piece',
        price: 420,
        cost: 252,
        values: ['Black', '150'],
      },
      { name: 'Visitor chair', number: 'CH-200', unit: 'piece', price: 79, cost: 41, values: ['Grey', '110'] },
    ],
  },
  {
    name: 'Monitors',
    number: 'MO',
    properties: [{ name: 'Size', options: '24″\n27″\n32″' }],
    members: [
      { name: 'Monitor 24″', number: 'MO-024', unit: 'piece', price: 149, cost: 112, values: ['24″'] },
      { name: 'Monitor 27″', number: 'MO-027', unit: 'piece', price: 239, cost: 178, values: ['27″'] },
      { name: 'Monitor 32″ 4K', number: 'MO-032', unit: 'piece', price: 459, cost: 352, values: ['32″'] },
      { name: 'Monitor arm', number: 'MO-900', unit: 'piece', price: 65, cost: 29 },
    ],
  },
  {
    name: 'میزهای اداری',
    number: 'DK',
    properties: [{ name: 'رنگ', options: 'گردویی\nسفید\nخاکستری' }, { name: 'عرض (سانتی‌متر)' }],
    members: [
      { name: 'میز کارمندی گردویی', number: 'DK-120', unit: 'piece', price: 210, cost: 128, values: ['گردویی', '120'] },
      { name: 'میز کارمندی سفید', number: 'DK-121', unit: 'piece', price: 210, cost: 128, values: ['سفید', '120'] },
      { name: 'میز مدیریت', number: 'DK-180', unit: 'piece', price: 560, cost: 330, values: ['گردویی', '180'] },
      {
        name: 'میز کنفرانس ده‌نفره',
        number: 'DK-300',
        unit: 'piece',
        price: 980,
        cost: 610,
        values: ['خاکستری', '300'],
      },
      { name: 'فایل سه‌کشو', number: 'DK-900', unit: 'piece', price: 120, cost: 71 },
    ],
  },
  {
    name: 'کاغذ و نوشت‌افزار',
    number: 'PP',
    properties: [],
    members: [
      { name: 'کاغذ A4، ۸۰ گرمی', number: 'PP-001', unit: 'pack', price: 6, cost: 3.9, size: 'A4' },
      { name: 'کاغذ A3، ۸۰ گرمی', number: 'PP-002', unit: 'pack', price: 12, cost: 8, size: 'A3' },
      { name: 'خودکار آبی', number: 'PP-010', unit: 'piece', price: 0.9, cost: 0.35 },
      { name: 'پوشهٔ دکمه‌دار', number: 'PP-020', unit: 'piece', price: 1.5, cost: 0.7 },
      { name: 'دفتر یادداشت', number: 'PP-030', unit: 'piece', price: 4.5, cost: 2.2 },
    ],
  },
  {
    name: 'خدمات',
    number: 'SV',
    type: 3,
    properties: [],
    members: [
      { name: 'نصب و چیدمان', number: 'SV-001', unit: 'hour', price: 35, cost: 18 },
      { name: 'بازدید سالانه', number: 'SV-010', unit: 'day', price: 240, cost: 130 },
      { name: 'Delivery to the desk', number: 'SV-020', unit: 'piece', price: 25, cost: 15 },
    ],
  },
];

/** Of each: what it holds, whether it is in the price. */
const BUNDLES = [
  {
    name: 'Home office set',
    number: 'BD-001',
    price: 520,
    items: [
      ['CH-110', true],
      ['DK-121', true],
      ['MO-027', true],
      ['MO-900', false],
    ],
  },
  {
    name: 'بستهٔ کارمند تازه',
    number: 'BD-002',
    price: 340,
    items: [
      ['CH-110', true],
      ['DK-120', true],
      ['PP-030', false],
      ['SV-001', false],
    ],
  },
] as const;

const ACTIVE = { statecode: 0, statuscode: 1 };

/** `today`: validities are counted from it. `accounts`: some of them get a segment. */
export function demoCatalog(
  random: Random,
  currencies: readonly DemoCurrency[],
  accounts: readonly string[],
  today: Date,
): readonly DemoRecord[] {
  const records: DemoRecord[] = [];
  const make = (entity: string, values: Readonly<Record<string, unknown>>): string => {
    const id = random.uuid();
    records.push({ entity, id, values });
    return id;
  };
  const publish = (ids: readonly string[]): void => {
    for (const id of ids) records.push({ entity: 'product', id, values: ACTIVE, update: true });
  };
  const base = currencies.find(({ rate }) => rate === 1) ?? currencies[0];
  if (!base) return [];
  const inRials = base.code === 'IRR';
  const second = currencies.find(({ code }) => code === (inRials ? 'EUR' : 'IRR')) ?? {
    id: inRials
      ? make('transactioncurrency', {
          currencyname: 'Euro',
          isocurrencycode: 'EUR',
          currencysymbol: '€',
          currencyprecision: 2,
          exchangerate: '0.0000008',
        })
      : make('transactioncurrency', {
          currencyname: 'ریال',
          isocurrencycode: 'IRR',
          currencysymbol: '﷼',
          currencyprecision: 0,
          exchangerate: '1250000',
        }),
    code: inRials ? 'EUR' : 'IRR',
    rate: inRials ? 0.0000008 : 1_250_000,
  };
  /** An amount of the base currency, round in it. */
  const amount = (euros: number, rials = inRials): string =>
    rials ? String(Math.round((euros * 1_250_000) / 10_000) * 10_000) : euros.toFixed(2);
  const year = today.getUTCFullYear();

  const count = make('uomschedule', { name: 'Pieces and boxes', description: 'عدد، جعبهٔ ۱۲ تایی' });
  const paper = make('uomschedule', { name: 'بسته و کارتن', description: 'بستهٔ ۵۰۰ برگی، کارتن پنج‌بسته‌ای' });
  const time = make('uomschedule', { name: 'Hours and days', description: 'ساعت، روز هشت‌ساعته' });
  const unit = (uomscheduleid: string, name: string, more: object = {}): string =>
    make('uom', { name, uomscheduleid, quantity: 1, ...more });
  const [piece, pack, hour] = [unit(count, 'Piece'), unit(paper, 'بسته'), unit(time, 'Hour')];
  const units: Readonly<Record<Unit, string>> = {
    piece,
    pack,
    hour,
    box: unit(count, 'Box of 12', { quantity: 12, baseuom: piece }),
    carton: unit(paper, 'کارتن', { quantity: 5, baseuom: pack }),
    day: unit(time, 'Day', { quantity: 8, baseuom: hour }),
  };
  const groupOf = (name: Unit): string =>
    name === 'pack' || name === 'carton' ? paper : name === 'hour' || name === 'day' ? time : count;

  const products = new Map<string, { readonly id: string; readonly sold: Sold }>();
  const families = new Map<string, string>();
  for (const family of FAMILIES) {
    const parent = make('product', { name: family.name, productnumber: family.number, productstructure: 2 });
    families.set(family.number, parent);
    const properties = family.properties.map(({ name, options }) =>
      make('dynamicproperty', {
        name,
        regardingobjectid: parent,
        ...(options === undefined ? { datatype: 4, minvalue: 1 } : { datatype: 0, options }),
      }),
    );
    // By now, for members are published beside each other.
    publish([parent]);
    const members = family.members.map((sold) => {
      const id = make('product', {
        name: sold.name,
        productnumber: sold.number,
        parentproductid: parent,
        producttypecode: family.type ?? 1,
        defaultuomscheduleid: groupOf(sold.unit),
        defaultuomid: units[sold.unit],
        price: amount(sold.price),
        currentcost: amount(sold.cost),
        standardcost: amount(sold.cost),
        minimummargin: 15,
        taxrate: 10,
        ...(family.type === undefined && {
          quantityonhand: random.between(0, 400),
          vendorname: random.pick(['Nordmöbel', 'صنایع چوب البرز', 'Brightline', 'پخش کاغذ مهر']),
        }),
        ...(sold.size !== undefined && { size: sold.size }),
        ...(family.type === 3 && { quantitydecimal: 2 }),
      });
      products.set(sold.number, { id, sold });
      for (const [index, value] of (sold.values ?? []).entries()) {
        make('dynamicpropertyinstance', { value, productid: id, dynamicpropertyid: properties[index] });
      }
      return id;
    });
    publish(members);
  }
  const idOf = (number: string): string => products.get(number)?.id ?? '';
  const bundles = BUNDLES.map(({ name, number, price, items }) => {
    const id = make('product', {
      name,
      productnumber: number,
      productstructure: 3,
      defaultuomscheduleid: count,
      defaultuomid: piece,
      price: amount(price),
      taxrate: 10,
    });
    for (const [item, productisrequired] of items) {
      make('productassociation', { productid: id, associatedproduct: idOf(item), quantity: 1, productisrequired });
    }
    publish([id]);
    return { id, price };
  });
  for (const [of, other, salesrelationshiptype, direction] of [
    ['CH-110', 'CH-150', 0, 0],
    ['MO-027', 'MO-032', 0, 0],
    ['MO-027', 'MO-900', 2, 0],
    ['DK-120', 'DK-900', 1, 0],
    ['DK-120', 'DK-121', 3, 1],
    ['PP-001', 'PP-002', 1, 1],
  ] as const) {
    make('productsubstitute', {
      productid: idOf(of),
      substitutedproductid: idOf(other),
      salesrelationshiptype,
      direction,
    });
  }

  const volume = make('discounttype', {
    name: 'By quantity',
    description: 'From 10 on 5 %, from 50 on 8 %, from 100 on 12 %.',
  });
  for (const [lowquantity, highquantity, percentage] of [
    [10, 49, 5],
    [50, 99, 8],
    [100, null, 12],
  ]) {
    make('discount', { discounttypeid: volume, lowquantity, highquantity, percentage });
  }
  const list = (name: string, transactioncurrencyid: string, more: object = {}): string =>
    make('pricelevel', { name, transactioncurrencyid, ...more });
  const retail = list(`Retail ${year}`, base.id, { begindate: `${year}-01-01`, enddate: `${year + 1}-12-31` });
  const wholesale = list(`Wholesale ${year}`, base.id, { begindate: `${year}-01-01`, priority: 10, segments: '2,3' });
  const old = list(`Retail ${year - 1}`, base.id, { begindate: `${year - 1}-01-01`, enddate: `${year - 1}-12-31` });
  const other = list(inRials ? 'Export, euro' : 'فهرست عمومی (ریال)', second.id, { begindate: `${year}-01-01` });
  const price = (pricelevelid: string, productid: string, uomid: string, more: object): string =>
    make('productpricelevel', { pricelevelid, productid, uomid, ...more });
  for (const { id, sold } of products.values()) {
    const own = units[sold.unit];
    price(retail, id, own, { amount: amount(sold.price), discounttypeid: volume });
    price(old, id, own, { amount: amount(sold.price * 0.93) });
    price(other, id, own, { amount: amount(sold.price, !inRials) });
    // Traders get 18 % off, in round amounts.
    const rounding = { roundingpolicycode: 4, roundingoptioncode: 2, roundingoptionamount: inRials ? 50_000 : 0.05 };
    price(wholesale, id, own, { pricingmethodcode: 2, percentage: 82, ...rounding });
  }
  for (const bundle of bundles) {
    price(retail, bundle.id, piece, { amount: amount(bundle.price) });
    price(other, bundle.id, piece, { amount: amount(bundle.price, !inRials) });
  }
  price(retail, idOf('PP-001'), units.carton, { amount: amount(27.5) });
  price(retail, idOf('PP-010'), units.box, { amount: amount(9.6) });

  const spring = { begindate: `${year}-01-01`, enddate: `${year + 1}-12-31` };
  make('promotion', {
    name: 'Monitors to the desk',
    code: 'DESK15',
    scope: 1,
    effect: 1,
    percentage: 15,
    productid: families.get('MO'),
    ...spring,
    priority: 20,
    cap: amount(500),
    exclusivitygroup: 'season',
  });
  make('promotion', {
    name: 'جشنوارهٔ مهر: سه بسته بخر، یکی ببر',
    scope: 1,
    effect: 5,
    percentage: 100,
    buyquantity: 3,
    getquantity: 1,
    productid: idOf('PP-001'),
    ...spring,
    priority: 10,
  });
  make('promotion', {
    name: 'Key accounts',
    scope: 2,
    effect: 1,
    percentage: 3,
    segments: '4',
    minimumamount: amount(1_000),
    priority: 5,
  });
  make('promotion', {
    name: 'تخفیف پاییزهٔ میز',
    scope: 1,
    effect: 3,
    amount: amount(20),
    productid: families.get('DK'),
    begindate: `${year}-09-23`,
    enddate: `${year}-12-21`,
    exclusivitygroup: 'season',
    uselimit: 200,
  });
  for (const id of accounts) {
    if (random.chance(0.4))
      records.push({
        entity: 'account',
        id,
        values: { pricingsegment: random.pick([1, 2, 2, 3, 4, 5]) },
        update: true,
      });
  }
  return records;
}
