// Streams the rows of a CSV file, whatever its size, numbered as a spreadsheet numbers them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { defineErrors, PeyvandError } from '../../../core/sdk/index.ts';

const fail = defineErrors({
  LOAD_FILE_MISSING: { message: 'There is no file {file}.', status: 400 },
  LOAD_FILE_UNREADABLE: { message: '{file} cannot be read as CSV after row {row}: {reason}', status: 400 },
  LOAD_HEADING_TWICE: { message: '{file} has two columns named “{column}”; rename one.', status: 400 },
});

export interface Row {
  /** As a spreadsheet shows it: the heading is row 1. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
  /** The row has another number of cells than the heading. */
  readonly crooked: string | undefined;
}

export interface RowFile {
  /** Size in bytes. */
  readonly bytes: number;
  /** The column headings. */
  readonly columns: readonly string[];
  /** Reads the file from its start; `onBytes` hears how many bytes have been read so far. */
  rows(onBytes?: (read: number) => void): AsyncGenerator<Row>;
}

export interface RowFormat {
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
}

/** Opens a file and reads its heading. Throws PeyvandError when it is missing or is no CSV. */
export async function openRows(path: string, format: RowFormat): Promise<RowFile> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) throw fail('LOAD_FILE_MISSING', { file: path });
  let columns: readonly string[] = [];
  for await (const record of records(path, format)) {
    columns = record;
    break;
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw fail('LOAD_HEADING_TWICE', { file: path, column: twice });

  async function* rows(onBytes?: (read: number) => void): AsyncGenerator<Row> {
    let number = 0;
    for await (const record of records(path, format, onBytes)) {
      number += 1;
      if (number === 1) continue;
      const cells = Object.fromEntries(columns.map((column, index) => [column, record[index] ?? '']));
      const crooked =
        record.length === columns.length
          ? undefined
          : `the row has ${record.length} cells, the heading ${columns.length}`;
      yield { number, cells, crooked };
    }
  }

  return { bytes: size, columns, rows };
}

async function* records(
  path: string,
  format: RowFormat,
  onBytes?: (read: number) => void,
): AsyncGenerator<readonly string[]> {
  const source = createReadStream(path);
  const parser = parse({
    bom: true,
    delimiter: format.delimiter ?? ',',
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const decoder = new TextDecoder(format.encoding ?? 'utf-8', { fatal: true });
  async function* decode(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }
  let row = 0;
  // The parser carries the pipeline's failure to the loop below, so the promise itself is only awaited for tidiness.
  const done = pipeline(source, decode, parser).catch(() => undefined);
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) {
      row += 1;
      onBytes?.(source.bytesRead);
      yield record;
    }
  } catch (cause) {
    if (cause instanceof PeyvandError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('LOAD_FILE_UNREADABLE', { file: path, row, reason }, { cause });
  } finally {
    source.destroy();
    parser.destroy();
    await done;
  }
}
