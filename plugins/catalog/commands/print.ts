// PDF: asks the server for the document's file and opens it beside the app.
import { defineCommand } from 'peyvand/ui';

interface PrintedFile {
  readonly FileName: string;
  readonly MediaType: string;
  readonly Content: string;
}

function isFile(answer: unknown): answer is PrintedFile {
  return typeof answer === 'object' && answer !== null && 'Content' in answer;
}

export default defineCommand({
  async run({ entity, ids, client, notify, texts, refresh }) {
    for (const id of ids) {
      const file = await client.invoke('catalog_PrintDocument', { Target: { entity, id } });
      if (!isFile(file)) continue;
      const bytes = Uint8Array.from(atob(file.Content), (sign) => sign.charCodeAt(0));
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([bytes], { type: file.MediaType }));
      link.download = file.FileName;
      link.click();
      // The browser has its own hold on it once the download has begun.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      notify(texts('print.done', { name: file.FileName }));
    }
    await refresh();
  },
});
