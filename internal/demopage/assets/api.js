// Talking to the server: what a person does goes by POST, what the chat shows
// comes by server-sent events.
import { word } from './words.js';
import { pageToast } from './dialogs.js';

export const limit = 20 * 1024 * 1024; // the biggest file a bot may fetch

export async function page() {
  const response = await fetch('/api/page');
  if (!response.ok) throw new Error(`page: ${response.status}`);
  return response.json();
}

// act does one thing in the chat. It tells the person when it can't, and
// reports whether it could.
export async function act(key, action, body) {
  const form = body instanceof FormData;
  try {
    const response = await fetch(`/api/chats/${key}/${action}`, {
      method: 'POST',
      headers: form ? {} : { 'Content-Type': 'application/json' },
      body: form ? body : JSON.stringify(body ?? {}),
    });
    if (response.ok) return true;
    pageToast(refusals[response.status] ? word(refusals[response.status]) : word('notSent', { why: response.status }));
  } catch {
    pageToast(word('notSentOffline'));
  }
  return false;
}

// refusals are the words for what the server refuses; its own are for programs.
const refusals = { 403: 'notSentBlocked', 409: 'notSentChanged', 413: 'tooBig' };

export function upload(key, action, files, caption = '') {
  const form = new FormData();
  if (caption) form.append('caption', caption);
  for (const file of files) {
    if (file.size > limit) {
      pageToast(word('tooBig'));
      return Promise.resolve(false);
    }
    form.append('file', file, file.name || 'photo.jpg');
  }
  return act(key, action, form);
}

const kinds = ['state', 'message', 'edited', 'deleted', 'action', 'answer', 'keyboard', 'commands'];

// listen follows the chats; one connection serves all. The browser reconnects
// by itself and says which event it saw last.
export function listen(chats, online) {
  const source = new EventSource('/api/events');
  for (const kind of kinds) {
    source.addEventListener(kind, (event) => {
      const told = JSON.parse(event.data);
      chats.get(told.chat)?.told(kind, told);
    });
  }
  source.addEventListener('open', () => online(true));
  source.addEventListener('error', () => {
    online(false);
    // A refused stream is not retried by the browser.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(chats, online), 2000);
  });
}
