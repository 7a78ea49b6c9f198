// What printed documents say beside what stands in their rows.
export type PrintLanguage = 'en' | 'fa';
export type PrintedKind = 'quote' | 'salesorder' | 'invoice';

const en = {
  quote: 'Quote',
  salesorder: 'Order confirmation',
  invoice: 'Invoice',
  number: 'Number',
  revision: 'Revision',
  date: 'Date',
  validUntil: 'Valid until',
  delivery: 'Requested delivery',
  due: 'Payment due',
  customer: 'Customer',
  billTo: 'Bill to',
  shipTo: 'Ship to',
  product: 'Product',
  quantity: 'Quantity',
  unit: 'Unit',
  price: 'Unit price',
  discount: 'Discount',
  tax: 'Tax',
  amount: 'Amount',
  included: 'included',
  detail: 'Detail amount',
  totalDiscount: 'Discount',
  freight: 'Freight',
  totalTax: 'Tax',
  total: 'Total',
  amountsIn: 'All amounts in',
  page: 'Page {page} of {pages}',
  greeting: 'Dear {name},',
  letter: 'please find attached {document}.',
};

type Words = Readonly<Record<keyof typeof en, string>>;

const fa: Words = {
  quote: 'پیش‌فاکتور',
  salesorder: 'تأیید سفارش',
  invoice: 'فاکتور',
  number: 'شماره',
  revision: 'ویرایش',
  date: 'تاریخ',
  validUntil: 'معتبر تا',
  delivery: 'تحویل درخواستی',
  due: 'سررسید پرداخت',
  customer: 'مشتری',
  billTo: 'صورت‌حساب به نام',
  shipTo: 'ارسال به',
  product: 'شرح کالا یا خدمت',
  quantity: 'مقدار',
  unit: 'واحد',
  price: 'قیمت واحد',
  discount: 'تخفیف',
  tax: 'مالیات',
  amount: 'مبلغ',
  included: 'در قیمت بسته',
  detail: 'جمع اقلام',
  totalDiscount: 'تخفیف',
  freight: 'هزینهٔ حمل',
  totalTax: 'مالیات',
  total: 'مبلغ کل',
  amountsIn: 'همهٔ مبلغ‌ها به',
  page: 'صفحهٔ {page} از {pages}',
  greeting: '{name} گرامی،',
  letter: '{document} پیوست است.',
};

export const words: Readonly<Record<PrintLanguage, Words>> = { en, fa };

/** Of a BCP 47 tag; English for languages that documents are not printed in. */
export function printLanguage(tag: string): PrintLanguage {
  return tag.toLowerCase().split('-', 1)[0] === 'fa' ? 'fa' : 'en';
}
