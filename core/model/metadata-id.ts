// The MetadataId of a definition: always the same for the same id path, on every server and after every restart, so that
// tools may keep it. A name-based UUID (RFC 9562, version 5) in a namespace of our own.
import { createHash } from 'node:crypto';

const NAMESPACE = Buffer.from('b6f1c1e05a4d5a0e9c0d7e1f2a3b4c5d', 'hex');
const known = new Map<string, string>();

/** `account/entity`, `account/entity#properties/name`, `relations/account_contacts`, `choices/industrycode`. */
export function metadataId(path: string): string {
  let id = known.get(path);
  if (id === undefined) {
    const bytes = createHash('sha1').update(NAMESPACE).update(path).digest();
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex');
    id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
    if (known.size >= 50_000) known.clear();
    known.set(path, id);
  }
  return id;
}
