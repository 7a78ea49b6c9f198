import { describe, expect, it } from 'vitest';
import { constraintName, ident, literal, qualified } from '../../../../core/db/identifier.ts';

describe('names in SQL', () => {
  it('are always quoted, so that a reserved word or a quote in a name is harmless', () => {
    expect(ident('order')).toBe('"order"');
    expect(ident('a"; drop table x; --')).toBe('"a""; drop table x; --"');
    expect(qualified('org_default', 'account')).toBe('"org_default"."account"');
  });

  it('are refused where Postgres would silently cut or reject them', () => {
    expect(() => ident('')).toThrow('cannot be the name');
    expect(() => ident('a\0b')).toThrow('cannot be the name');
    expect(() => ident('ن'.repeat(32))).toThrow('longer than the 63 bytes');
  });

  it('made of parts stay readable, and within the limit by a hash', () => {
    expect(constraintName('account', 'parentaccountid', 'fkey')).toBe('account_parentaccountid_fkey');
    const first = constraintName('ن'.repeat(40), 'first');
    const second = constraintName('ن'.repeat(40), 'second');
    expect(Buffer.byteLength(first)).toBeLessThanOrEqual(63);
    expect(first).not.toBe(second);
    expect(() => ident(first)).not.toThrow();
  });

  it('constants of column defaults cannot leave their quotes', () => {
    expect(literal("O'Neill")).toBe("'O''Neill'");
    expect(literal("\\'; drop")).toBe("E'\\\\''; drop'");
    expect(literal([1, 2])).toBe("'{1,2}'");
    expect(literal(null)).toBe('null');
    expect(literal(false)).toBe('false');
    expect(() => literal(Number.NaN)).toThrow();
    expect(() => literal('a\0')).toThrow();
  });
});
