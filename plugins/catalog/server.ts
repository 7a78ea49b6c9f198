// The server half of the catalog: what keeps products, units and prices right, and what computes with them.
import { definePlugin } from 'peyvand/sdk';

export default definePlugin({});
