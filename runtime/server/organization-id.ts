// WhoAmI's OrganizationId: a UUID made from the name of the organization's schema, the same on every server of it.
import { createHash } from 'node:crypto';

/** A name-based UUID (RFC 9562, version 8). */
export function organizationId(schema: string): string {
  const bytes = createHash('sha256').update(`peyvand organization ${schema}`).digest();
  bytes.writeUInt8(0x80 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
