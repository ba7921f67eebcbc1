// Keeps a page as the record is. The page says by data-live which events it is made of; at each, it is read again and its
// main part put in place of what stood there. Whoever is writing in a form, or has opened something, keeps it. Pages work
// without this.
(() => {
  const main = document.getElementById('main');
  const status = document.getElementById('live');
  if (!main.dataset.live || !window.EventSource) return;
  let source = null, known = '', reading = false, again = false;

  // A form that somebody is at: what they wrote must not go.
  const writing = () => {
    const at = document.activeElement;
    if (main.contains(at) && at.matches('input, select, textarea')) return true;
    return [...main.querySelectorAll('input, textarea')].some((field) => field.value !== field.defaultValue);
  };

  const say = (text, offer) => {
    status.hidden = false;
    status.replaceChildren(text);
    if (!offer) return;
    const button = document.createElement('button');
    button.className = 'app-live__button';
    button.textContent = 'Show it';
    button.addEventListener('click', offer);
    status.append(' ', button);
  };

  const put = (fresh) => {
    const open = [...main.querySelectorAll('details')].map((item) => item.open);
    const at = main.contains(document.activeElement) ? document.activeElement : null;
    const key = at && (at.id ? `#${CSS.escape(at.id)}` : at.matches('a[href]') ? `a[href="${CSS.escape(at.getAttribute('href'))}"]` : null);
    main.dataset.live = fresh.dataset.live || main.dataset.live;
    main.replaceChildren(...fresh.childNodes);
    main.querySelectorAll('details').forEach((item, index) => { if (open[index]) item.open = true; });
    if (key) main.querySelector(key)?.focus({ preventScroll: true });
    document.dispatchEvent(new Event('page-renewed'));
    say(`Brought up to date at ${new Date().toLocaleTimeString('en-GB')}.`);
  };

  const read = async () => {
    if (reading) { again = true; return; }
    reading = true;
    do {
      again = false;
      try {
        const answer = await fetch(location.href, { cache: 'no-store' });
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const fresh = page.getElementById('main');
        if (!fresh || !answer.ok) say('This page has changed and cannot be read now. Load it again in a minute.');
        else if (writing()) say('This page has changed since.', () => put(fresh));
        else put(fresh);
      } catch {
        say('This page has changed and cannot be read now. Load it again in a minute.');
      }
    } while (again);
    reading = false;
  };

  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source || document.hidden) return;
    const address = new URL(main.dataset.live, location.href);
    if (known) address.searchParams.set('since', known);
    source = new EventSource(address);
    for (const kind of ['state', 'change', 'resync']) {
      source.addEventListener(kind, (event) => {
        known = event.lastEventId;
        if (kind !== 'state') read();
      });
    }
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;  // It comes again by itself.
      close();
      setTimeout(open, 10000);
    });
  };
  // A browser has few connections to one place: a page that nobody looks at gives its own back, and asks when it is seen.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', open);
  open();
})();
