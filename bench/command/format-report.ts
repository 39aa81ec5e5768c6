/** As wide as the formatter of this repository prints. */
const lineWidth = 120;
/** More digits than any clock has. */
const significantDigits = 5;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with what fits into a line on one line, so that a measurement is a line or two, and with numbers rounded to the
 * digits that mean something. It is laid out as the repository's formatter would.
 */
export function formatReport(report: object): string {
  return `${format(JSON.parse(JSON.stringify(report)) as Json, '', 0)}\n`;
}

/** @param used columns that the line needs besides, in front and behind */
function format(value: Json, indent: string, used: number): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  const line = inline(value);
  if (!isBroken(value) && indent.length + used + line.length <= lineWidth) return line;
  const inner = `${indent}  `;
  const isArray = Array.isArray(value);
  const items = Object.entries(value).map(([name, item]) => {
    const key = isArray ? '' : `${JSON.stringify(name)}: `;
    return `${inner}${key}${format(item, inner, key.length + ','.length)}`;
  });
  return `${isArray ? '[' : '{'}\n${items.join(',\n')}\n${indent}${isArray ? ']' : '}'}`;
}

function inline(value: Json): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  if (isList(value)) return `[${value.map(inline).join(', ')}]`;
  const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inline(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Several objects or lists of several each begin a line of their own, however short; so does what holds them. */
function isBroken(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  const items: readonly Json[] = Object.values(value);
  const isSeveral = (item: Json): boolean => item !== null && typeof item === 'object' && Object.keys(item).length > 1;
  const isTable = isList(value) && items.length > 1 && items.every(isSeveral) && new Set(items.map(isList)).size === 1;
  return isTable || items.some(isBroken);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return JSON.stringify(value);
  return JSON.stringify(Number(value.toPrecision(significantDigits)));
}
