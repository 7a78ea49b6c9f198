// The server half of loyalty: operations on points and tiers, handlers that keep the ledger what it is, and what the clock brings.
import { definePlugin } from 'peyvand/sdk';
import { appendOnly } from './handlers/append-only.ts';
import {
  noSpentTwice,
  oneTierDiscount,
  returnPoints,
  settleInvoice,
  settleOthers,
  tierDiscounts,
} from './handlers/documents.ts';
import { beginMember, keepReferrer, welcomeMember } from './handlers/new-member.ts';
import { checkExpressions, keepRule } from './handlers/rules.ts';
import { adjustPoints, decideAdjustment, freezeMember } from './operations/adjust.ts';
import { decideSuspicion } from './operations/decide-suspicion.ts';
import { enroll } from './operations/enroll.ts';
import { explain, statement } from './operations/explain.ts';
import { exportRollForward, rollForwardOf, simulate } from './operations/finance.ts';
import { hourly, maintain, nightly } from './operations/maintain.ts';
import { postPurchases } from './operations/post-purchases.ts';
import { cancelReservation, confirmReservation, refundRedemption, reservePoints } from './operations/redeem.ts';
import { reversePurchase } from './operations/reverse.ts';
import { applyVoucher, spendOn } from './operations/spend-on-document.ts';
import { evaluateTiers, overrideTier } from './operations/tiers.ts';
import { verify } from './operations/verify.ts';

export default definePlugin({
  operations: [
    enroll,
    postPurchases,
    reversePurchase,
    reservePoints,
    confirmReservation,
    cancelReservation,
    refundRedemption,
    adjustPoints,
    decideAdjustment,
    freezeMember,
    decideSuspicion,
    evaluateTiers,
    overrideTier,
    explain,
    statement,
    rollForwardOf,
    exportRollForward,
    simulate,
    maintain,
    verify,
    spendOn,
    applyVoucher,
  ],
  handlers: [
    ...appendOnly,
    beginMember,
    keepReferrer,
    welcomeMember,
    keepRule,
    ...checkExpressions,
    settleInvoice,
    ...settleOthers,
    ...tierDiscounts,
    oneTierDiscount,
    noSpentTwice,
    returnPoints,
  ],
  schedules: [hourly, nightly],
});
