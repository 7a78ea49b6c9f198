// The server half of the standard plugin: the field types, one folder each.
import { definePlugin } from 'peyvand/sdk';
import { autoNumber } from './fields/auto-number/server.ts';
import { bigInteger } from './fields/big-integer/server.ts';
import { choice } from './fields/choice/server.ts';
import { currency } from './fields/currency/server.ts';
import { customer } from './fields/customer/server.ts';
import { dateTime } from './fields/date-time/server.ts';
import { date } from './fields/date/server.ts';
import { decimal } from './fields/decimal/server.ts';
import { duration } from './fields/duration/server.ts';
import { file } from './fields/file/server.ts';
import { formula } from './fields/formula/server.ts';
import { image } from './fields/image/server.ts';
import { json } from './fields/json/server.ts';
import { lookup } from './fields/lookup/server.ts';
import { multiChoice } from './fields/multi-choice/server.ts';
import { multiline } from './fields/multiline/server.ts';
import { owner } from './fields/owner/server.ts';
import { polymorphic } from './fields/polymorphic/server.ts';
import { regarding } from './fields/regarding/server.ts';
import { richText } from './fields/rich-text/server.ts';
import { rollup } from './fields/rollup/server.ts';
import { text } from './fields/text/server.ts';
import { uniqueId } from './fields/unique-id/server.ts';
import { wholeNumber } from './fields/whole-number/server.ts';
import { yesNo } from './fields/yes-no/server.ts';

export default definePlugin({
  fieldTypes: [
    text,
    multiline,
    richText,
    wholeNumber,
    bigInteger,
    duration,
    decimal,
    currency,
    autoNumber,
    yesNo,
    choice,
    multiChoice,
    date,
    dateTime,
    lookup,
    polymorphic,
    customer,
    regarding,
    owner,
    file,
    image,
    uniqueId,
    json,
    formula,
    rollup,
  ],
});
