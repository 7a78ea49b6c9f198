// The roles that a user holds, own and lent by teams, and giving or taking one: for rules about users, and for what an
// identity provider says of them.
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Model } from '../model/model.ts';
import { associate } from '../records/associate.ts';
import { disassociate } from '../records/disassociate.ts';
import { associationOf } from './association.ts';
import { refuse } from './errors.ts';
import { readPrincipal } from './principals.ts';
