// Where links lead. A link to the bot is opened by one of the three people;
// any other link opens in a new tab after a question, as Telegram asks.
import { act } from './api.js';
import { confirmLink, choosePerson } from './dialogs.js';

let bot = '';
let people = [];
let show = () => {};

export function setUpLinks(username, chats, showChat) {
  bot = username.toLowerCase();
  people = chats;
  show = showChat;
}

// payloadOf gives what follows ?start= in a link to our bot, or null.
export function payloadOf(href) {
  let url;
  try { url = new URL(href); } catch { return null; }
  const web = ['t.me', 'telegram.me', 'telegram.dog'].includes(url.hostname);
  const name = web ? url.pathname.split('/')[1] : url.protocol === 'tg:' ? url.searchParams.get('domain') ?? '' : '';
  if (name.toLowerCase() !== bot) return null;
  return url.searchParams.get('start') ?? '';
}

export async function openLink(href, from) {
  const payload = payloadOf(href);
  if (payload === null) {
    if (await confirmLink(href)) window.open(href, '_blank', 'noopener,noreferrer');
    return;
  }
  const key = await choosePerson(people, href, from);
  if (!key) return;
  show(key);
  await act(key, 'start', { payload });
}
