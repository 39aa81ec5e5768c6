/** A file of a small archive. */
interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** The content by DEFLATE; stored when absent. */
  readonly deflated?: Uint8Array;
}

/**
 * A zip archive as APPNOTE.TXT describes it, front to back: each file behind its local header, the directory, its end.
 * @param options.origin where offsets count from, as bytes before the archive
 */
export function zipFile(
  members: readonly ZipMember[],
  options: { readonly origin?: number; readonly comment?: string } = {},
): Uint8Array<ArrayBuffer> {
  const { origin = 0, comment = '' } = options;
  const encoder = new TextEncoder();
  const parts: number[] = [];
  const directory: number[] = [];
  const number = (value: number, size: 2 | 4): number[] =>
    Array.from({ length: size }, (_, byte) => Math.floor(value / 256 ** byte) % 256);
  for (const { name, content, deflated } of members) {
    const stored = deflated ?? content;
    const title = encoder.encode(name);
    const method = deflated === undefined ? 0 : 8;
    // From the version that is needed to the length of the name.
    const common = [
      ...number(20, 2),
      ...number(0x800, 2),
      ...number(method, 2),
      ...number(0, 4),
      ...number(checksum(content), 4),
      ...number(stored.length, 4),
      ...number(content.length, 4),
      ...number(title.length, 2),
      ...number(0, 2),
    ];
    const position = origin + parts.length;
    parts.push(...number(0x04034b50, 4), ...common, ...title, ...stored);
    directory.push(...number(0x02014b50, 4), ...number(20, 2), ...common);
    directory.push(
      ...number(0, 2),
      ...number(0, 2),
      ...number(0, 2),
      ...number(0, 4),
      ...number(position, 4),
      ...title,
    );
  }
  const end = [
    ...number(0x06054b50, 4),
    ...number(0, 4),
    ...number(members.length, 2),
    ...number(members.length, 2),
    ...number(directory.length, 4),
    ...number(origin + parts.length, 4),
    ...number(comment.length, 2),
    ...encoder.encode(comment),
  ];
  return Uint8Array.from([...parts, ...directory, ...end]);
}

/** CRC-32 by its definition: the remainder of a division of polynomials over two elements. */
function checksum(bytes: Uint8Array): number {
  let remainder = 0xffffffffn;
  for (const byte of bytes) {
    remainder ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1n ? (remainder >> 1n) ^ 0xedb88320n : remainder >> 1n;
  }
  return Number(remainder ^ 0xffffffffn);
}
