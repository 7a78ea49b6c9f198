// Which bytes an image of each accepted type begins with. SVG is not among them: it can carry scripts.
import type { Violation } from 'peyvand/sdk';

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** Bytes at an offset; every one of a signature's marks must be there. */
interface Mark {
  readonly at: number;
  readonly bytes: readonly number[];
}

const signatures: Readonly<Record<string, readonly (readonly Mark[])[]>> = {
  'image/png': [[{ at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] }]],
  'image/jpeg': [[{ at: 0, bytes: [0xff, 0xd8, 0xff] }]],
  'image/gif': [[{ at: 0, bytes: ascii('GIF87a') }], [{ at: 0, bytes: ascii('GIF89a') }]],
  'image/webp': [
    [
      { at: 0, bytes: ascii('RIFF') },
      { at: 8, bytes: ascii('WEBP') },
    ],
  ],
  'image/avif': [[{ at: 4, bytes: ascii('ftypavif') }], [{ at: 4, bytes: ascii('ftypavis') }]],
  'image/bmp': [[{ at: 0, bytes: ascii('BM') }]],
  'image/tiff': [[{ at: 0, bytes: [0x49, 0x49, 0x2a, 0x00] }], [{ at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] }]],
};

export const imageTypes: readonly string[] = Object.keys(signatures);

const begins = (head: Uint8Array, marks: readonly Mark[]): boolean =>
  marks.every(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte));

/** Undefined when the bytes are what the media type claims. */
export function verifyImage(mediaType: string, head: Uint8Array): Omit<Violation, 'target'> | undefined {
  const known = Object.hasOwn(signatures, mediaType) ? signatures[mediaType] : undefined;
  if (!known) {
    return {
      code: 'IMAGE_TYPE',
      message: `${mediaType} is not an accepted image type; accepted are ${imageTypes.join(', ')}.`,
    };
  }
  if (known.some((marks) => begins(head, marks))) return undefined;
  const really = imageTypes.find((type) => signatures[type]?.some((marks) => begins(head, marks)));
  return {
    code: 'IMAGE_BYTES',
    message: `The bytes are not ${mediaType}${really ? ` but ${really}` : ''}. Send the picture with its right type.`,
  };
}
