// The server half of sales: what is done with leads and opportunities as a whole.
import { definePlugin } from 'peyvand/sdk';
import { loseOpportunity, winOpportunity } from './operations/close-opportunity.ts';
import { qualifyLead } from './operations/qualify-lead.ts';

export default definePlugin({ operations: [qualifyLead, winOpportunity, loseOpportunity] });
