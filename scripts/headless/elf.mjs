// What has to be known and changed of x86-64 Linux programs and libraries before they travel to another machine.
// Layout: the System V ABI's "ELF-64 Object File Format", and for symbol versions the Linux Standard Base, chapter 10.7.

const PT_LOAD = 1;
const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHT_GNU_VERSYM = 0x6fffffff;
const DT_NEEDED = 1;
const EM_X86_64 = 62;

/**
 * @typedef {{ type: number, offset: number, size: number, link: number }} Section
 * @typedef {{ at: number, nameAt: number, name: string, index: number }} VersionNeed a version that a file asks of a library
 */

/** @param {Buffer} bytes @param {string} name for messages */
function checkHeader(bytes, name) {
  const isElf64 = bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
  if (!isElf64 || bytes.readUInt16LE(18) !== EM_X86_64)
    throw new Error(`${name} is no x86-64 Linux program or library.`);
}

/** @param {Buffer} bytes @param {number} at */
const offsetAt = (bytes, at) => Number(bytes.readBigUInt64LE(at));

/** @param {Buffer} bytes @returns {Section[]} */
function sectionsOf(bytes) {
  const [table, size, count] = [offsetAt(bytes, 40), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: offsetAt(bytes, at + 24),
      size: offsetAt(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
    };
  });
}

/** @param {Buffer} bytes @param {number} at */
const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));

/** @param {Buffer} bytes @param {Section[]} sections @returns {VersionNeed[]} */
function versionNeeds(bytes, sections) {
  const section = sections.find(({ type }) => type === SHT_GNU_VERNEED);
  if (section === undefined) return [];
  const names = sections[section.link].offset;
  const needs = [];
  for (let library = section.offset, more = true; more;) {
    for (
      let count = bytes.readUInt16LE(library + 2), at = library + bytes.readUInt32LE(library + 8);
      count > 0;
      count--
    ) {
      const nameAt = names + bytes.readUInt32LE(at + 8);
      needs.push({ at, nameAt, name: textAt(bytes, nameAt), index: bytes.readUInt16LE(at + 6) });
      at += bytes.readUInt32LE(at + 12);
    }
    const next = bytes.readUInt32LE(library + 12);
    library += next;
    more = next !== 0;
  }
  return needs;
}

/**
 * The libraries that a file asks the system for, and the newest version of each set of symbols, such as
 * `{ GLIBC: '2.34', GLIBCXX: '3.4.30' }`.
 * @param {Buffer} bytes
 * @param {string} name for messages
 */
export function readNeeds(bytes, name) {
  checkHeader(bytes, name);
  const sections = sectionsOf(bytes);
  /** @type {Record<string, string>} */
  const versions = {};
  for (const need of versionNeeds(bytes, sections)) {
    const [, set, version] = /^([A-Z]+)_([\d.]+)$/.exec(need.name) ?? [];
    if (set !== undefined && compareVersions(version, versions[set] ?? '0') > 0) versions[set] = version;
  }
  const libraries = [];
  for (const { offset, size, link } of sections.filter(({ type }) => type === SHT_DYNAMIC)) {
    for (let at = offset; at < offset + size; at += 16) {
      if (offsetAt(bytes, at) === DT_NEEDED)
        libraries.push(textAt(bytes, sections[link].offset + offsetAt(bytes, at + 8)));
    }
  }
  return { versions, libraries };
}

/** Order of two dotted numbers. @param {string} a @param {string} b */
export function compareVersions(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/**
 * The file without what only debuggers and linkers read: everything behind the last byte that is loaded.
 * @param {Buffer} bytes
 * @param {string} name for messages
 */
export function strip(bytes, name) {
  checkHeader(bytes, name);
  const [table, size, count] = [offsetAt(bytes, 32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  let end = table + size * count;
  for (let at = table; at < table + size * count; at += size) {
    if (bytes.readUInt32LE(at) === PT_LOAD) end = Math.max(end, offsetAt(bytes, at + 8) + offsetAt(bytes, at + 32));
  }
  const stripped = Buffer.from(bytes.subarray(0, end));
  // The header's place, size, count and name of the table of sections, which is gone.
  stripped.writeBigUInt64LE(0n, 40);
  stripped.fill(0, 58, 64);
  return stripped;
}

/**
 * Changes, in place, which version of one symbol a file asks for.
 * @param {Buffer} bytes
 * @param {{ symbol: string, from: string, to: string }} change versions of equal length
 * @returns {boolean} false when nothing was changed, since the file does not ask for `from`, or for other symbols too
 */
export function changeSymbolVersion(bytes, { symbol, from, to }) {
  const sections = sectionsOf(bytes);
  const need = versionNeeds(bytes, sections).find(({ name }) => name === from);
  const symbols = sections.find(({ type }) => type === SHT_DYNSYM);
  const indices = sections.find(({ type }) => type === SHT_GNU_VERSYM);
  if (need === undefined || symbols === undefined || indices === undefined || from.length !== to.length) return false;
  for (let index = 0; index < symbols.size / 24; index++) {
    // The top bit says that the symbol is hidden.
    if ((bytes.readUInt16LE(indices.offset + 2 * index) & 0x7fff) !== need.index) continue;
    const nameAt = sections[symbols.link].offset + bytes.readUInt32LE(symbols.offset + 24 * index);
    if (textAt(bytes, nameAt) !== symbol) return false;
  }
  bytes.write(to, need.nameAt, 'latin1');
  bytes.writeUInt32LE(versionHash(to), need.at);
  return true;
}

/** The hash function of ELF symbol tables. @param {string} name */
function versionHash(name) {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    const top = hash & 0xf0000000;
    hash = (hash ^ (top >>> 24)) & ~top;
  }
  return hash >>> 0;
}
