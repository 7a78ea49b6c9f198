// What a person is told of a password while choosing it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passwordStrength, SHORTEST } from '../../../../runtime/app/pages/password-strength.ts';

test.each(['', '1234567', 'گذرواژه'])('%j is too short', (password) => {
  expect(passwordStrength(password)).toBe(0);
});

test.each(['12345678', 'aaaaaaaaaaaaaaaaaaaa', 'abcdefgh', 'password', 'Password1', 'qwertyuiop', 'admin123'])(
  '%j is easy to guess',
  (password) => {
    expect(passwordStrength(password)).toBe(1);
  },
);

test.each(['correct horse battery', 'x8$Kp2!vQz9m', 'چهار واژه پشت سر هم', 'WCAXAJL3gr8xXYaWHxxd'])(
  '%j is good',
  (password) => {
    expect(passwordStrength(password)).toBe(3);
  },
);

describe('a person’s own name', () => {
  test('adds nothing to a password', () => {
    expect(passwordStrength('sara-amini-1')).toBeGreaterThan(1);
    expect(passwordStrength('sara-amini-1', ['Sara Amini', 'sara@example.com'])).toBe(1);
  });
});

test('a longer password is never told to be weaker', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: SHORTEST, maxLength: 40 }),
      fc.constantFrom('Q', '7', '&', 'ژ'),
      (text, more) => {
        expect(passwordStrength(`${text}${more}`)).toBeGreaterThanOrEqual(passwordStrength(text));
      },
    ),
  );
});
