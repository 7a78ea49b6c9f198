// A progress bar on a terminal; silence where the output is no terminal.

export interface Progress {
  /** A part of the file has been read, in [0, 1]. */
  show(title: string, part: number, rows: number): void;
  clear(): void;
}

const width = 30;

export function progressBar(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0;
  return {
    show(title, part, rows) {
      const now = performance.now();
      // Ten pictures a second are enough for an eye, and cost nothing.
      if (!stream.isTTY || (now - last < 100 && part < 1)) return;
      last = now;
      const filled = Math.round(Math.min(1, part) * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      stream.write(
        `\r\u001b[K${title.padEnd(18)} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${rows.toLocaleString('en')} rows`,
      );
    },
    clear() {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
