// How many primary units of its group a unit holds, through any chain of base units.
import { exact, ONE, type Exact } from './exact.ts';
import type { PricingUnit } from './pricing-input.ts';

export interface UnitFactor {
  readonly groupId: string;
  readonly factor: Exact;
}

export interface UnitFactors {
  readonly factors: ReadonlyMap<string, UnitFactor>;
  /** Units whose chain runs in a circle, or ends at a unit that is not there. */
  readonly broken: readonly string[];
}

export function unitFactors(units: readonly PricingUnit[]): UnitFactors {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const factors = new Map<string, UnitFactor>();
  const broken: string[] = [];
  for (const unit of units) {
    let factor = ONE;
    const seen = new Set<string>();
    let at: PricingUnit | undefined = unit;
    while (at && !seen.has(at.id)) {
      seen.add(at.id);
      if (at.baseUnitId === undefined) break;
      factor = factor.times(exact(at.quantity));
      at = byId.get(at.baseUnitId);
    }
    if (at?.baseUnitId === undefined && at) factors.set(unit.id, { groupId: unit.groupId, factor });
    else broken.push(unit.id);
  }
  return { factors, broken };
}

/** What to multiply a price for one `from` with to get the price for one `to`; undefined where they cannot be compared. */
export function conversion(
  { factors }: UnitFactors,
  from: string | undefined,
  to: string | undefined,
): { readonly times: Exact; readonly over: Exact } | undefined {
  if (from === to) return { times: ONE, over: ONE };
  const [one, other] = [
    from === undefined ? undefined : factors.get(from),
    to === undefined ? undefined : factors.get(to),
  ];
  if (!one || !other || one.groupId !== other.groupId) return undefined;
  return { times: other.factor, over: one.factor };
}
