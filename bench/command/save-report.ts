import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatReport } from './format-report.ts';

/** Writes a report as JSON that people can read, and makes its folder. */
export async function saveReport(file: string, report: object): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, formatReport(report));
}
