// Open lists and forms follow what others save. Loaded after the page stands; says what is open to the server, and hands what
// happens to those whom it concerns. One stream for each window that is looked at; none while it is hidden.
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import type { RecordPage } from '../pages/record-page.ts';
import type { Change } from './change.ts';
import { LiveList } from './live-list.ts';
import { LiveRecord } from './live-record.ts';
import './live.css';

const lists = new Map<DataGrid, LiveList>();
let record: LiveRecord | undefined;
let stream: EventSource | undefined;
let topics = '';
/** When what is shown was read; what happened between that and the stream's beginning is asked for. */
let shownAt = 0;

/** What is open now. */
function look(): void {
  for (const grid of document.querySelectorAll<DataGrid>('x-data-grid')) {
    const known = lists.get(grid);
    if (known?.shows(grid.following)) continue;
    known?.end();
    lists.delete(grid);
    if (!grid.following) continue;
    lists.set(grid, new LiveList(grid, grid.following));
    shownAt = performance.now();
  }
  for (const [grid, list] of lists) {
    if (grid.isConnected) continue;
    list.end();
    lists.delete(grid);
  }
  const page = document.querySelector<RecordPage>('x-record-page');
  if (!page?.draft || page.recordId === undefined) {
    record?.end();
    record = undefined;
  } else if (!record?.shows(page)) {
    record?.end();
    record = new LiveRecord(page);
    shownAt = performance.now();
  }
  listen();
}

function listen(): void {
  const wanted = document.hidden
    ? ''
    : [...new Set([...[...lists.keys()].map((grid) => grid.entity.name), ...(record ? [record.topic] : [])])]
        .toSorted()
        .join(',');
  // Whoever looks with somebody else's eyes would be told what their own may see.
  const viewing = [...lists.keys()].some((grid) => grid.workspace.viewing) || record?.viewing === true;
  const asked = viewing ? '' : wanted;
  if (asked === topics) return;
  topics = asked;
  stream?.close();
  stream = undefined;
  if (asked === '') return;
  const opened = new EventSource(`/api/events?topics=${encodeURIComponent(asked)}`);
  stream = opened;
  let known = true;
  opened.addEventListener('ready', () => {
    if (!known || performance.now() - shownAt > 1_500) void again();
    known = true;
  });
  opened.addEventListener('reset', () => void again());
  opened.addEventListener('changes', (event) => void take(JSON.parse(String(event.data)) as readonly Change[]));
}

async function take(changes: readonly Change[]): Promise<void> {
  look();
  await Promise.all([...[...lists.values()].map((list) => list.take(changes)), record?.take(changes)]).catch(quiet);
}

async function again(): Promise<void> {
  look();
  await Promise.all([...[...lists.values()].map((list) => list.again()), record?.again()]).catch(quiet);
}

/** Without an answer nothing is marked; the next event or reading tells it. */
const quiet = (): undefined => undefined;

let due: ReturnType<typeof setTimeout> | undefined;
/** Rows come in bursts while a list is drawn. */
function soon(): void {
  clearTimeout(due);
  due = setTimeout(look, 200);
}

addEventListener('grid-rows', soon);
addEventListener('x-record-shown', soon);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) shownAt = 0;
  look();
});
soon();
