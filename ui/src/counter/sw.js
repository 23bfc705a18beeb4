/**
 * The counter's service worker: keeps the page and its parts, so that it opens without a network. It never keeps or gives an answer of the
 * API: what is said about money comes from the server or is not said.
 */
const NAME = 'daozhang-counter-__VERSION__';
const SHELL = ['__SHELL__'];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((n) => n.startsWith('daozhang-counter-') && n !== NAME).map((n) => caches.delete(n))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname.startsWith('/counter')) {
    // The newest page where there is a network; the kept one where there is none.
    event.respondWith(fetch(event.request).catch(() => caches.match('/counter/')));
    return;
  }
  // Named by their content: the kept one is the same for ever.
  if (SHELL.includes(url.pathname))
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
});
