// The words the demo organization is made of, in English and Persian: names, places, trades, subjects.

export interface Words {
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly surnames: readonly string[];
  /** Parts of company names; `{}` in a pattern is replaced by one of `companies`. */
  readonly companies: readonly string[];
  readonly patterns: readonly string[];
  readonly cities: readonly (readonly [city: string, region: string])[];
  readonly country: string;
  readonly streets: readonly string[];
  readonly jobs: readonly string[];
  readonly needs: readonly string[];
  readonly tasks: readonly string[];
  readonly calls: readonly string[];
  readonly meetings: readonly string[];
  readonly mails: readonly string[];
  readonly notes: readonly string[];
  /** Competitors: name, strengths, weaknesses. */
  readonly rivals: readonly (readonly [name: string, strengths: string, weaknesses: string])[];
  readonly territory: string;
  readonly quota: string;
  /** Why a lead came to nothing. */
  readonly refusal: string;
}

export const english: Words = {
  female:
    'Amelia,Beatrice,Clara,Diana,Edith,Fiona,Grace,Hannah,Imogen,Julia,Karen,Laura,Megan,Nora,Olivia,Paula,Rosa,Sarah,Tessa,Wendy'.split(
      ',',
    ),
  male: 'Adrian,Benjamin,Colin,Daniel,Edgar,Felix,George,Henry,Isaac,Jonas,Kevin,Liam,Martin,Nathan,Oscar,Patrick,Robert,Simon,Thomas,Victor'.split(
    ',',
  ),
  surnames:
    'Abbott,Barlow,Carver,Dalton,Ellison,Fletcher,Garner,Hollis,Ingram,Jarvis,Kendall,Lowell,Mercer,Norwood,Osborne,Prescott,Quincy,Radcliffe,Sawyer,Thatcher,Underhill,Vance,Whitaker,Yardley,Ashford,Bramwell,Colby,Denholm,Everett,Farrow'.split(
      ',',
    ),
  companies:
    'Northgate,Bluefield,Ironbridge,Silverlake,Oakhurst,Redstone,Fairhaven,Summit,Brightwater,Stonebrook,Harbour,Greenway,Kestrel,Lantern,Meridian,Orchard,Pinnacle,Quarry,Riverside,Tideway,Willow,Amber,Beacon,Cobalt,Delta,Evergreen,Falcon,Granite,Hazel,Juniper'.split(
      ',',
    ),
  patterns: [
    '{} Foods',
    '{} Logistics',
    '{} Engineering',
    '{} Health',
    '{} Textiles',
    '{} Software',
    '{} Energy',
    '{} Furniture',
    '{} Printing',
    '{} & Partners',
  ],
  cities: [
    ['Bristol', 'England'],
    ['Leeds', 'England'],
    ['Cardiff', 'Wales'],
    ['Glasgow', 'Scotland'],
    ['Dublin', 'Leinster'],
    ['Manchester', 'England'],
    ['Belfast', 'Northern Ireland'],
    ['Norwich', 'England'],
  ],
  country: 'United Kingdom',
  streets: [
    'High Street',
    'Station Road',
    'Mill Lane',
    'Church Street',
    'Park Avenue',
    'Victoria Road',
    'Harbour Way',
    'Market Place',
  ],
  jobs: [
    'Purchasing manager',
    'Managing director',
    'Head of operations',
    'IT manager',
    'Office manager',
    'Finance director',
    'Warehouse lead',
    'Marketing manager',
    'Engineer',
    'Assistant',
  ],
  needs: [
    'Packaging line',
    'Service contract',
    'Warehouse system',
    'Annual supply',
    'Spare parts',
    'Office refit',
    'Training days',
    'Upgrade of the old installation',
    'Pilot for one site',
    'Roll-out to all sites',
  ],
  tasks: [
    'Prepare the offer',
    'Check the delivery date',
    'Send the price list',
    'Update the contract',
    'Ask for the purchase order',
    'Follow up on the quote',
    'Collect references',
  ],
  calls: [
    'Call about the offer',
    'Introduce ourselves',
    'Clarify the technical questions',
    'Talk about payment terms',
    'Ask how the delivery went',
  ],
  meetings: ['Site visit', 'Kick-off meeting', 'Product demonstration', 'Quarterly review', 'Contract negotiation'],
  mails: ['Our offer', 'Thank you for the meeting', 'Minutes of our call', 'Documents you asked for', 'New price list'],
  notes: [
    'Prefers to be called in the morning.',
    'The budget is decided in the first week of the quarter.',
    'Compares us with two other suppliers; service matters more than price.',
    'Wants everything in one delivery.',
    'Met at the trade fair; promised to send samples.',
  ],
  rivals: [
    ['Northgate Systems', 'Known everywhere, quick to deliver', 'Dear, and hard to reach after the sale'],
    ['Bluefield Supply', 'Lowest price', 'Two models only, spare parts take weeks'],
    ['Harrow & Lane', 'Old ties to the buyers', 'No service north of Leeds'],
  ],
  territory: 'Europe',
  quota: 'Revenue of the quarter',
  refusal: 'No budget this year; ask again in spring.',
};

export const persian: Words = {
  female:
    'آرزو,الهام,بهاره,پریسا,ترانه,زهرا,ژاله,سارا,شیرین,فاطمه,کتایون,لیلا,مریم,مهسا,نازنین,نرگس,نیلوفر,هدیه,یاسمن,یگانه'.split(
      ',',
    ),
  male: 'آرش,امیر,بابک,بهرام,پویا,جمشید,حسین,داریوش,رضا,سعید,سهراب,شاهین,علی,فرهاد,کاوه,کیان,محمد,مهدی,نیما,یاشار'.split(
    ',',
  ),
  surnames:
    'احمدی,امینی,باقری,بهرامی,پارسا,تهرانی,توکلی,جعفری,حسینی,خسروی,داوودی,رحیمی,رستمی,زارعی,سلیمانی,شریفی,صادقی,طاهری,عباسی,فرهادی,قاسمی,کاظمی,کریمی,گودرزی,محمدی,مرادی,نوری,هاشمی,یزدانی,یوسفی'.split(
      ',',
    ),
  companies:
    'آسمان,البرز,الوند,بهاران,پارسیان,پایدار,پویش,تابان,توسعه‌گران,خاوران,دماوند,راهبر,رویش,زاگرس,سپیدار,سهند,شایان,صدرا,فراز,فیروزه,کارون,کیمیا,گلستان,مهرگان,نوین,نیک‌اندیش,هامون,هیرمند,یاس,آریا'.split(
      ',',
    ),
  patterns: [
    'شرکت {}',
    'صنایع غذایی {}',
    'گروه صنعتی {}',
    'بازرگانی {}',
    'مهندسی {}',
    'نساجی {}',
    'داروسازی {}',
    'پخش {}',
    'چاپ و بسته‌بندی {}',
    'نرم‌افزاری {}',
  ],
  cities: [
    ['تهران', 'تهران'],
    ['اصفهان', 'اصفهان'],
    ['شیراز', 'فارس'],
    ['مشهد', 'خراسان رضوی'],
    ['تبریز', 'آذربایجان شرقی'],
    ['رشت', 'گیلان'],
    ['یزد', 'یزد'],
    ['اهواز', 'خوزستان'],
  ],
  country: 'ایران',
  streets: [
    'خیابان ولیعصر',
    'خیابان آزادی',
    'بلوار کشاورز',
    'خیابان بهشتی',
    'خیابان حافظ',
    'بلوار امام',
    'خیابان سعدی',
    'خیابان فردوسی',
  ],
  jobs: [
    'مدیر خرید',
    'مدیرعامل',
    'مدیر عملیات',
    'مدیر فناوری اطلاعات',
    'مسئول دفتر',
    'مدیر مالی',
    'سرپرست انبار',
    'مدیر بازاریابی',
    'کارشناس فنی',
    'کارشناس بازرگانی',
  ],
  needs: [
    'خط بسته‌بندی',
    'قرارداد خدمات',
    'سامانهٔ انبار',
    'تأمین سالانه',
    'قطعات یدکی',
    'تجهیز دفتر',
    'دورهٔ آموزشی',
    'نوسازی تجهیزات',
    'اجرای آزمایشی',
    'اجرای سراسری',
  ],
  tasks: [
    'آماده‌کردن پیشنهاد قیمت',
    'بررسی تاریخ تحویل',
    'ارسال فهرست قیمت',
    'به‌روزکردن قرارداد',
    'پیگیری سفارش خرید',
    'پیگیری پیش‌فاکتور',
    'گردآوری معرف‌ها',
  ],
  calls: [
    'تماس دربارهٔ پیشنهاد',
    'معرفی شرکت',
    'پاسخ به پرسش‌های فنی',
    'گفت‌وگو دربارهٔ شرایط پرداخت',
    'پرس‌وجو از کیفیت تحویل',
  ],
  meetings: ['بازدید از محل', 'جلسهٔ آغاز پروژه', 'نمایش محصول', 'بازبینی فصلی', 'مذاکرهٔ قرارداد'],
  mails: ['پیشنهاد ما', 'سپاس از جلسهٔ امروز', 'خلاصهٔ تماس', 'مدارک درخواستی', 'فهرست قیمت تازه'],
  notes: [
    'ترجیح می‌دهد صبح‌ها با او تماس بگیریم.',
    'بودجه در هفتهٔ نخست هر فصل تصویب می‌شود.',
    'ما را با دو تأمین‌کنندهٔ دیگر مقایسه می‌کند؛ خدمات برایش از قیمت مهم‌تر است.',
    'می‌خواهد همه چیز یک‌جا تحویل شود.',
    'در نمایشگاه آشنا شدیم؛ قرار شد نمونه بفرستیم.',
  ],
  rivals: [
    ['صنایع پیشگام', 'نام شناخته‌شده و تحویل سریع', 'گران و بی‌اعتنا پس از فروش'],
    ['بازرگانی آرمان', 'ارزان‌ترین قیمت', 'تنوع کم و قطعات دیررس'],
    ['گروه سپهر', 'رابطهٔ دیرینه با خریداران', 'بدون خدمات در شهرستان‌ها'],
  ],
  territory: 'ایران',
  quota: 'درآمد فصل',
  refusal: 'امسال بودجه ندارند؛ بهار دوباره تماس بگیرید.',
};
