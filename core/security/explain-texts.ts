// The sentences of explain.ts and what-if.ts, in every shipped language. Names of people, units, teams and roles are set
// apart in right-to-left sentences, so that a Latin name does not turn the words around it.
import type { Depth, Privilege } from './access.ts';

const english = {
  you: 'you',
  yes: 'Yes, {who} may {act}.',
  no: 'No, {who} may not {act}.',
  'act.create': 'create {what}',
  'act.read': 'read {what}',
  'act.write': 'change {what}',
  'act.delete': 'delete {what}',
  'act.append': 'attach {what} to other records',
  'act.append-to': 'attach other records to {what}',
  'act.assign': 'give {what} another owner',
  'act.share': 'share {what}',
  'act.field-create': 'fill in {field} of a new {entity}',
  'act.field-read': 'read {field} of {what}',
  'act.field-write': 'change {field} of {what}',
  'what.this': 'this {entity}',
  'what.such': 'a record like this {entity}',
  'what.all': 'all {plural}',
  'what.some': 'some {plural}',
  'what.any': '{plural}',
  'depth.none': 'nobody’s records',
  'depth.own': 'own records',
  'depth.unit': 'business unit',
  'depth.unit-and-below': 'unit and below',
  'depth.organization': 'organization',
  'privilege.create': 'create',
  'privilege.read': 'read',
  'privilege.write': 'write',
  'privilege.delete': 'delete',
  'privilege.append': 'append',
  'privilege.append-to': 'append to',
  'privilege.assign': 'assign',
  'privilege.share': 'share',
  administrator: 'Role {role} may do everything and is never denied anything.',
  role: 'Role {role}{via} reaches {reach}{when}{outcome}.',
  'role.via': ', held through team {team},',
  'reach.own': 'the records of its holder and of the holder’s teams',
  'reach.unit': 'the records of unit {unit}, besides the holder’s own',
  'reach.unit-and-below': 'the records of unit {unit} and of the units below it, besides the holder’s own',
  'reach.organization': 'the records of the whole organization',
  'role.when': ', as far as “{when}” holds',
  'outcome.in': '; this record is one of them',
  'outcome.owned': '; this record is owned by {owner}',
  'outcome.unit': '; this record belongs to {unit}',
  'outcome.out': '; this record is not one of them',
  'outcome.when': '; for this record that does not hold',
  'outcome.withheld': '; the rule looks at what you may not see, so whether it holds here is not told',
  share: 'Records shared with this person or their teams, with the right to {privilege}, are reached too.',
  'share.none': 'This record is not shared with this person or their teams with the right to {privilege}.',
  'share.by': '{by} shared this record with {principal}{until}{reason}: {rights}.',
  'share.until': ' until {date}',
  'share.reason': ' (“{reason}”)',
  'hierarchy.direct': 'As manager: records of people who report directly, and of their teams, are reached too.',
  'hierarchy.far': 'As manager: records of people further down, and of their teams, may be read too.',
  'hierarchy.in':
    'As manager: {report} reports to this person, and this record is theirs, their team’s or shared with them.',
  'hierarchy.out': 'As manager: this record belongs to nobody who reports to this person at this level.',
  deny: 'Rule “{title}” of role {role} takes it away{when}{outcome}.',
  'deny.when': ' where “{when}” holds',
  'deny.in': '; it holds for this record',
  'deny.out': '; it does not hold for this record',
  other: 'What reaches the record it belongs to reaches this one too{outcome}.',
  'other.in': '; it does here',
  'other.out': '; it does not here',
  'missing.role': 'A role that grants “{privilege}” on {plural} is missing.',
  'missing.candidates': 'A role that grants “{privilege}” on {plural} is missing; {roles} would do.',
  'missing.depth': 'Role {role} would have to reach as far as “{depth}” instead of “{had}”.',
  'missing.when': 'The condition “{when}” of role {role} would have to hold for this record.',
  'missing.share': 'Somebody who may share this record could share it with the right to {privilege}.',
  'missing.owner': 'As owner of this record, or member of the team that owns it, one would be let in.',
  'missing.deny': 'Rule “{title}” of role {role} would have to let this record go.',
  'missing.deny-any': 'A rule that takes records away would have to let this one go.',
  'missing.record':
    'There is no such record, or it is out of reach. A role that reaches further, or a share by somebody who may see it, would change the latter.',
  'missing.union': 'A role that grants “{privilege}” on {plural}, the list of all kinds together, is missing.',
  'missing.profile': 'A field profile that lets its holders {act} {field} is missing.',
  'missing.profiles': 'A field profile that lets its holders {act} {field} is missing; {profiles} would do.',
  'field.open': '{field} is no secured field: who has the record has it.',
  'field.secured': '{field} is secured: only field profiles let it through.',
  'field.administrator': '{field} is secured; administrators have every field.',
  'field.profile': 'Profile {profile} lets its holders {rights}.',
  'right.read': 'read it',
  'right.mask': 'read a part of it ({mask})',
  'right.create': 'fill it in on new records',
  'right.update': 'change it',
  'right.nothing': 'do nothing with it',
  'fieldact.create': 'fill in',
  'fieldact.read': 'read',
  'fieldact.write': 'change',
  'nameless.unit': 'a unit that you may not see',
  'nameless.team': 'a team that you may not see',
  'nameless.user': 'somebody whom you may not see',
  list: ', ',
} as const;

export type TextKey = keyof typeof english;

const persian: Readonly<Record<TextKey, string>> = {
  you: 'شما',
  yes: 'بله، {who} اجازهٔ {act} را {has}.',
  no: 'خیر، {who} اجازهٔ {act} را {hasnot}.',
  'act.create': 'ایجاد {what}',
  'act.read': 'دیدن {what}',
  'act.write': 'تغییر {what}',
  'act.delete': 'حذف {what}',
  'act.append': 'پیوند دادن {what} به رکوردهای دیگر',
  'act.append-to': 'پیوند دادن رکوردهای دیگر به {what}',
  'act.assign': 'سپردن {what} به مالکی دیگر',
  'act.share': 'به اشتراک گذاشتن {what}',
  'act.field-create': 'پر کردن {field} در {entity} جدید',
  'act.field-read': 'دیدن {field} در {what}',
  'act.field-write': 'تغییر {field} در {what}',
  'what.this': 'این {entity}',
  'what.such': 'رکوردی مانند این {entity}',
  'what.all': 'همهٔ {plural}',
  'what.some': 'برخی از {plural}',
  'what.any': '{plural}',
  'depth.none': 'هیچ رکوردی',
  'depth.own': 'رکوردهای خود',
  'depth.unit': 'واحد سازمانی',
  'depth.unit-and-below': 'واحد و زیرمجموعه',
  'depth.organization': 'کل سازمان',
  'privilege.create': 'ایجاد',
  'privilege.read': 'دیدن',
  'privilege.write': 'تغییر',
  'privilege.delete': 'حذف',
  'privilege.append': 'پیوند به دیگری',
  'privilege.append-to': 'پیوند از دیگری',
  'privilege.assign': 'واگذاری',
  'privilege.share': 'اشتراک‌گذاری',
  administrator: 'نقش {role} همهٔ اختیارات را دارد و هیچ‌گاه از چیزی منع نمی‌شود.',
  role: 'نقش {role}{via} {reach} را در بر می‌گیرد{when}{outcome}.',
  'role.via': ' که از راه تیم {team} رسیده است',
  'reach.own': 'رکوردهای دارندهٔ نقش و تیم‌های او',
  'reach.unit': 'افزون بر رکوردهای خود دارنده، رکوردهای واحد {unit}',
  'reach.unit-and-below': 'افزون بر رکوردهای خود دارنده، رکوردهای واحد {unit} و واحدهای زیر آن',
  'reach.organization': 'رکوردهای کل سازمان',
  'role.when': '، تا جایی که «{when}» برقرار باشد',
  'outcome.in': '؛ این رکورد یکی از آن‌هاست',
  'outcome.owned': '؛ مالک این رکورد {owner} است',
  'outcome.unit': '؛ این رکورد از آنِ {unit} است',
  'outcome.out': '؛ این رکورد از آن‌ها نیست',
  'outcome.when': '؛ برای این رکورد چنین نیست',
  'outcome.withheld':
    '؛ این قاعده به چیزی نگاه می‌کند که اجازهٔ دیدنش را ندارید، پس گفته نمی‌شود که این‌جا برقرار است یا نه',
  share: 'رکوردهایی که با حق «{privilege}» با این شخص یا تیم‌های او به اشتراک گذاشته شده‌اند نیز در دسترس‌اند.',
  'share.none': 'این رکورد با حق «{privilege}» با این شخص یا تیم‌های او به اشتراک گذاشته نشده است.',
  'share.by': '{by} این رکورد را{until} با {principal} به اشتراک گذاشته است{reason}: {rights}.',
  'share.until': ' تا {date}',
  'share.reason': ' («{reason}»)',
  'hierarchy.direct':
    'به‌عنوان مدیر: رکوردهای کسانی که مستقیم به او گزارش می‌دهند و رکوردهای تیم‌هایشان نیز در دسترس‌اند.',
  'hierarchy.far': 'به‌عنوان مدیر: رکوردهای زیردستان دورتر و تیم‌هایشان را نیز می‌توان دید.',
  'hierarchy.in':
    'به‌عنوان مدیر: {report} به این شخص گزارش می‌دهد و این رکورد از آنِ او یا تیم اوست یا با او به اشتراک گذاشته شده است.',
  'hierarchy.out': 'به‌عنوان مدیر: این رکورد از آنِ هیچ‌یک از زیردستان این شخص در این سطح نیست.',
  deny: 'قاعدهٔ «{title}» از نقش {role} آن را منع می‌کند{when}{outcome}.',
  'deny.when': '، آن‌جا که «{when}» برقرار باشد',
  'deny.in': '؛ برای این رکورد برقرار است',
  'deny.out': '؛ برای این رکورد برقرار نیست',
  other: 'هر که به رکورد بالادست آن دسترسی دارد به این نیز دسترسی دارد{outcome}.',
  'other.in': '؛ این‌جا چنین است',
  'other.out': '؛ این‌جا چنین نیست',
  'missing.role': 'نقشی که حق «{privilege}» بر {plural} بدهد در کار نیست.',
  'missing.candidates': 'نقشی که حق «{privilege}» بر {plural} بدهد در کار نیست؛ {roles} کافی است.',
  'missing.depth': 'دامنهٔ نقش {role} باید به‌جای «{had}» تا «{depth}» برسد.',
  'missing.when': 'شرط «{when}» از نقش {role} باید برای این رکورد برقرار باشد.',
  'missing.share': 'کسی که اجازهٔ اشتراک‌گذاری این رکورد را دارد می‌تواند آن را با حق «{privilege}» به اشتراک بگذارد.',
  'missing.owner': 'مالک این رکورد، یا عضو تیمی که مالک آن است، این اجازه را می‌داشت.',
  'missing.deny': 'قاعدهٔ «{title}» از نقش {role} نباید این رکورد را در بر بگیرد.',
  'missing.deny-any': 'قاعده‌ای که رکوردها را منع می‌کند نباید این رکورد را در بر بگیرد.',
  'missing.record':
    'چنین رکوردی نیست یا از دسترس بیرون است. نقشی با دامنهٔ بیشتر، یا اشتراک‌گذاری از سوی کسی که آن را می‌بیند، دومی را تغییر می‌دهد.',
  'missing.union': 'نقشی که حق «{privilege}» بر {plural}، فهرست همهٔ گونه‌ها با هم، بدهد در کار نیست.',
  'missing.profile': 'نمایه‌ای که به دارندگانش اجازهٔ {act} {field} را بدهد در کار نیست.',
  'missing.profiles': 'نمایه‌ای که به دارندگانش اجازهٔ {act} {field} را بدهد در کار نیست؛ {profiles} کافی است.',
  'field.open': '{field} فیلد محافظت‌شده نیست: هر که رکورد را دارد آن را هم دارد.',
  'field.secured': '{field} محافظت‌شده است: تنها نمایه‌های فیلد به آن راه می‌دهند.',
  'field.administrator': '{field} محافظت‌شده است؛ مدیران سامانه همهٔ فیلدها را دارند.',
  'field.profile': 'نمایهٔ {profile} به دارندگانش اجازه می‌دهد: {rights}.',
  'right.read': 'دیدن آن',
  'right.mask': 'دیدن بخشی از آن ({mask})',
  'right.create': 'پر کردن آن در رکوردهای جدید',
  'right.update': 'تغییر آن',
  'right.nothing': 'هیچ کار',
  'fieldact.create': 'پر کردن',
  'fieldact.read': 'دیدن',
  'fieldact.write': 'تغییر',
  'nameless.unit': 'واحدی که اجازهٔ دیدن آن را ندارید',
  'nameless.team': 'تیمی که اجازهٔ دیدن آن را ندارید',
  'nameless.user': 'کسی که اجازهٔ دیدن او را ندارید',
  list: '، ',
};

/** Makes sentences in one language. */
export interface Speech {
  say(key: TextKey, names?: Readonly<Record<string, string>>): string;
  depth(depth: Depth): string;
  privilege(privilege: Privilege): string;
  /** A date of the caller's calendar and zone. */
  date(iso: string): string;
  /** Sets a name apart from the sentence around it. */
  name(text: string): string;
  list(parts: readonly string[]): string;
}

export interface Hearer {
  readonly language: string;
  readonly calendar: string;
  readonly timeZone: string;
}

/** English for every language that has no sentences of its own. */
export function speechFor({ language, calendar, timeZone }: Hearer): Speech {
  const isPersian = language.split('-')[0] === 'fa';
  const texts: Readonly<Record<TextKey, string>> = isPersian ? persian : english;
  const say: Speech['say'] = (key, names = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (all, name: string) => names[name] ?? all);
  return {
    say,
    depth: (depth) => say(`depth.${depth}`),
    privilege: (privilege) => say(`privilege.${privilege}`),
    date: (iso) =>
      new Intl.DateTimeFormat(isPersian ? 'fa' : 'en-GB', {
        calendar: calendar === 'persian' ? 'persian' : 'gregory',
        timeZone,
        dateStyle: 'medium',
        timeStyle: 'short',
      }).format(new Date(iso)),
    name: (text) => (isPersian ? `\u2068${text}\u2069` : text),
    list: (parts) => parts.join(texts.list),
  };
}
