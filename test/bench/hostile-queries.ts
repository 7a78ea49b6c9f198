// Questions that would hurt a server that believes them: too deep, too long, too wide, malformed, or patterns that take for ever
// to match. Each is to be refused with a 4xx.

const filter = (text: string): string => `accounts?$filter=${encodeURIComponent(text)}`;
const fetchXml = (inner: string): string =>
  `accounts?fetchXml=${encodeURIComponent(`<fetch><entity name="account">${inner}</entity></fetch>`)}`;
const many = (count: number, one: (index: number) => string, between: string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join(between);

export const hostileQueries: readonly { readonly name: string; readonly path: string }[] = [
  { name: 'brackets in brackets', path: filter(`${'('.repeat(3000)}name eq 'a'${')'.repeat(3000)}`) },
  { name: 'not not not …', path: filter(`${'not '.repeat(2000)}(name eq 'a')`) },
  { name: 'thousands of conditions', path: filter(many(1200, () => "name eq 'a'", ' or ')) },
  {
    name: 'lambdas in lambdas',
    path: filter(`${'contact_customer_accounts/any(x:'.repeat(150)}true${')'.repeat(150)}`),
  },
  { name: 'a list of thousands', path: filter(`name in (${many(2500, (index) => `'${index}'`, ',')})`) },
  {
    name: 'a pattern of many %',
    path: filter(`Microsoft.Dynamics.CRM.Like(PropertyName='name',PropertyValue='${'%a'.repeat(2000)}')`),
  },
  { name: 'arithmetic without end', path: filter(`numberofemployees eq 1${' add 1'.repeat(2000)}`) },
  { name: 'functions in functions', path: filter(`${'tolower('.repeat(1500)}name${')'.repeat(1500)} eq 'a'`) },
  { name: 'an unfinished text', path: filter(`name eq '${'a'.repeat(20_000)}`) },
  { name: 'half a request', path: filter('name eq') },
  { name: 'names that are none', path: filter(many(400, (index) => `nothing${index} eq 1`, ' and ')) },
  {
    name: 'expansions in expansions',
    path: `accounts?$expand=${'contact_customer_accounts($expand=account_parent_account($expand='.repeat(60)}`,
  },
  { name: 'searching for thousands of words', path: `accounts?$search=${many(4000, (index) => `w${index}`, '%20')}` },
  { name: 'a page cursor of somebody else', path: `accounts?$skiptoken=${'A'.repeat(8000)}` },
  { name: 'FetchXML: filters in filters', path: fetchXml(`${'<filter>'.repeat(600)}${'</filter>'.repeat(600)}`) },
  {
    name: 'FetchXML: hundreds of links',
    path: fetchXml(
      many(
        150,
        (index) => `<link-entity name="contact" from="parentcustomerid" to="accountid" alias="c${index}"/>`,
        '',
      ),
    ),
  },
  {
    name: 'FetchXML: thousands of conditions',
    path: fetchXml(
      `<filter>${many(400, () => '<condition attribute="name" operator="eq" value="a"/>', '')}</filter>`.repeat(1),
    ),
  },
  {
    name: 'FetchXML: entities',
    path: `accounts?fetchXml=${encodeURIComponent('<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><fetch><entity name="account"><filter><condition attribute="name" operator="eq" value="&b;"/></filter></entity></fetch>')}`,
  },
  { name: 'FetchXML: not closed', path: `accounts?fetchXml=${encodeURIComponent('<fetch><entity name="account">')}` },
];
