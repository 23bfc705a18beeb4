/**
 * The customer's page stays true: it asks whether anything changed, ever less often, and puts the parts of the new page in place of the old.
 * Says how old it is without a network. Sends what the customer says. It has no words of its own: the server wrote them all.
 */
import 'virtual:tokens.css';
import 'virtual:chinese.css';
import '../base/base.css';
import './customer.css';
import { ownFontWhereNeeded } from '../base/chinese.ts';
import { msOf } from '../base/instant.ts';

/** Seconds between looks, while nothing changes; the last goes on. */
const LADDER = [3, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60] as const;
const REPLACED = ['#stories', '#said', '#not-arrived', '#besides'] as const;

const one = <E extends HTMLElement>(selector: string, within: ParentNode = document): E | null =>
  within.querySelector<E>(selector);
const main = one('main[data-live]');
const here = location.pathname;
const ask = (path: string, how: RequestInit = {}): Promise<Response> =>
  fetch(path, {
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    ...how,
    headers: { 'accept-language': document.documentElement.lang, ...how.headers },
  });

ownFontWhereNeeded();
if (main !== null) live(main);

function live(main: HTMLElement): void {
  let rung = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible')
      timer = setTimeout(look, LADDER[Math.min(rung, LADDER.length - 1)]! * 1_000);
    rung += 1;
  };
  const now = (): void => {
    rung = 0;
    clearTimeout(timer);
    if (document.visibilityState === 'visible') void look();
  };

  async function look(): Promise<void> {
    try {
      const answer = await ask(`${here}/status`, { headers: { 'if-none-match': main.dataset.live ?? '' } });
      if (answer.status === 404) return location.reload();
      if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
      checked(answer);
      if (answer.ok) await renew();
    } catch {
      // What stands there stays, and says how old it is.
      one('#offline')!.hidden = false;
    }
    soon();
  }

  function checked(answer: Response): void {
    one('#offline')!.hidden = true;
    const at = answer.headers.get('x-daozhang-checked-at');
    const time = one<HTMLTimeElement>('#checked time');
    if (at === null || time === null) return;
    time.dateTime = at;
    time.textContent = new Intl.DateTimeFormat('en-GB', { timeZone: main.dataset.zone, timeStyle: 'medium' }).format(
      msOf(at),
    );
  }

  /** The page as the server writes it now; what somebody is writing, and where they are, stays. */
  async function renew(): Promise<void> {
    const answer = await ask(`${here}${location.search}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const before = one('#answer')?.textContent;
    const focused = document.activeElement;
    for (const part of REPLACED) {
      const fresh = one(part, page);
      if (fresh !== null) one(part)?.replaceWith(document.adoptNode(fresh));
    }
    if (focused !== null && focused !== document.body && !focused.isConnected) one('#answer')?.focus();
    document.title = page.title;
    main.dataset.live = one('main', page)?.dataset.live ?? '';
    reveal();
    rung = 0;
    const after = one('#answer')?.textContent ?? '';
    if (after !== before) one('#news')!.textContent = after;
  }

  /** What works by this script is there only with it. */
  function reveal(): void {
    for (const part of document.querySelectorAll<HTMLElement>('#say, [data-say], [data-copy]')) part.hidden = false;
  }

  async function say(says: 'not_arrived' | 'have_it', text = '', pictures: readonly File[] = []): Promise<void> {
    const images: string[] = [];
    for (const picture of pictures) {
      const answer = await post('pictures', picture, 'application/octet-stream');
      images.push(((await answer.json()) as { sha256: string }).sha256);
    }
    const body = JSON.stringify({ says, images, ...(text.trim() === '' ? {} : { text }) });
    await post('say', body, 'application/json');
    await renew();
  }

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button?.dataset.say === 'have_it') void busy(button, () => say('have_it'));
    if (button?.dataset.copy !== undefined) void busy(button, () => copyNumber());
  });
  one('#say form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const outcome = one('.outcome', form)!;
    const text = one<HTMLTextAreaElement & HTMLElement>('#text', form)!.value;
    const pictures = [...(one<HTMLInputElement>('#pictures', form)!.files ?? [])].slice(0, 3);
    outcome.textContent = form.dataset.sending ?? '';
    void busy(one<HTMLButtonElement>('button', form)!, async () => {
      try {
        await say('not_arrived', text, pictures);
        form.reset();
        outcome.textContent = '';
        one<HTMLDetailsElement>('#say')!.open = false;
        one('.said')?.scrollIntoView({ block: 'center' });
        one('#news')!.textContent = one('.said')?.textContent ?? '';
      } catch (error) {
        outcome.textContent = error instanceof Refused ? error.message : (form.dataset.failed ?? '');
      }
    });
  });
  document.addEventListener('visibilitychange', now);
  addEventListener('online', now);
  addEventListener('offline', () => {
    one('#offline')!.hidden = false;
  });
  reveal();
  soon();
}

class Refused extends Error {}

async function post(what: string, body: BodyInit, type: string): Promise<Response> {
  const answer = await ask(`${here}/${what}`, { method: 'POST', body, headers: { 'content-type': type } });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; remedy?: string };
  throw new Refused(
    [problem.detail, problem.remedy].filter(Boolean).join(document.documentElement.lang === 'en' ? '. ' : '。'),
  );
}

async function busy(button: HTMLButtonElement, what: () => Promise<void>): Promise<void> {
  button.disabled = true;
  try {
    await what();
  } catch {
    one('#offline')!.hidden = false;
  } finally {
    button.disabled = false;
  }
}

/** Where nothing can be copied (no secure connection) it is shown to whoever asked. */
async function copyNumber(): Promise<void> {
  const { number } = (await (await post('number', '{}', 'application/json')).json()) as { number: string };
  const hint = one('[data-copied]')!;
  await (navigator.clipboard?.writeText(number) ?? Promise.reject()).then(
    () => {
      hint.textContent = hint.dataset.copied ?? '';
    },
    () => {
      hint.textContent = number;
    },
  );
}
