// The signs between which an answer's text holds what JavaScript still has to work out. JSON writes control signs as \u00xx, so
// no value can imitate them.
export const OPENS = '\u0001';
export const PARTS = '\u0003';
export const CLOSES = '\u0002';
