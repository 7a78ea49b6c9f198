// Moving between screens without a reload: links and history, with a guard that may hold the user back.

export type Guard = () => boolean | Promise<boolean>;

export interface Navigation {
  go(url: string, options?: { readonly replace?: boolean; readonly force?: boolean }): Promise<void>;
  /** Changes the address without leaving the screen: a list's state. */
  rewrite(url: string): void;
  /** At most one: the screen with unsaved changes. */
  guard(guard: Guard | undefined): void;
  stop(): void;
}

export function startNavigation(moved: () => void): Navigation {
  let guard: Guard | undefined;
  let here = location.pathname + location.search;

  const leave = async (): Promise<boolean> => guard === undefined || (await guard());
  const arrive = () => {
    here = location.pathname + location.search;
    moved();
  };
  const go: Navigation['go'] = async (url, options = {}) => {
    if (url === here) return;
    if (!options.force && !(await leave())) return;
    guard = undefined;
    if (options.replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    arrive();
  };
  const onPop = async () => {
    const target = location.pathname + location.search;
    if (guard === undefined) {
      arrive();
      return;
    }
    // The browser has moved already: the address goes back until the user has decided.
    history.pushState(null, '', here);
    if (await leave()) {
      guard = undefined;
      history.replaceState(null, '', target);
      arrive();
    }
  };
  const onClick = (event: MouseEvent) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !/^\/((app|admin|dashboard|page)(\/|$)|$)/.test(url.pathname)) return;
    if (url.hash !== '' && url.pathname === location.pathname) return;
    event.preventDefault();
    void go(url.pathname + url.search);
  };
  const onPopState = () => void onPop();
  addEventListener('popstate', onPopState);
  document.addEventListener('click', onClick);
  return {
    go,
    rewrite(url) {
      history.replaceState(null, '', url);
      here = url;
    },
    guard: (next) => (guard = next),
    stop() {
      removeEventListener('popstate', onPopState);
      document.removeEventListener('click', onClick);
    },
  };
}
