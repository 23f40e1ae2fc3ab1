// The page: three chats side by side, or one at a time on a phone.
import { el, narrow } from './dom.js';
import { loadWords, onLanguage, setLanguage, translate, word } from './words.js';
import { listen, page, upload } from './api.js';
import { Chat } from './chat.js';
import { Tray } from './tray.js';
import { setUpLinks } from './links.js';
import { avatar, pageToast } from './dialogs.js';
import { asJPEG } from './pictures.js';

const stage = document.getElementById('stage');
const tabs = document.querySelector('.tabs');
const chats = new Map();
let current = '';

async function start() {
  await loadWords();
  const { bot, chats: people, samples } = await page();
  for (const p of people) p.role = () => (word(p.key) === p.key ? p.title : word(p.key));
  setUpLinks(bot.username, people, show);
  const first = people[0];
  const tray = new Tray(samples, first, (text) => { show(first.key); chats.get(first.key).composer.write(text); });
  stage.append(tray.node);
  for (const p of people) {
    const chat = new Chat(p, bot, { people, sendPicture, news, samples: p === first ? () => tray.open() : null });
    chats.set(p.key, chat);
    stage.append(chat.node);
    tabs.append(tab(p));
  }
  watchTabs();
  listen(chats, (online) => { for (const chat of chats.values()) chat.connected(online); });
  onLanguage(() => {
    tray.translate();
    for (const chat of chats.values()) chat.translate();
    for (const p of people) tabs.querySelector(`[data-key=${p.key}] b`).textContent = p.role();
  });
}

function tab(person) {
  return el('button', { type: 'button', role: 'tab', 'data-key': person.key, 'aria-controls': `chat-${person.key}`, onclick: () => show(person.key) },
    avatar(person), el('b', {}, person.role()), el('span', { class: 'badge' }));
}

// show brings a chat into view; where all are in view it only draws the eye.
function show(key) {
  const { node } = chats.get(key);
  if (narrow.matches) {
    stage.scrollTo({ left: node.offsetLeft - stage.offsetLeft, behavior: 'smooth' });
    return;
  }
  node.classList.remove('called');
  requestAnimationFrame(() => node.classList.add('called'));
}

function watchTabs() {
  const select = (key) => {
    current = key;
    for (const t of tabs.children) {
      const on = t.dataset.key === key;
      t.setAttribute('aria-selected', String(on));
      if (on) t.querySelector('.badge').textContent = '';
    }
  };
  const watcher = new IntersectionObserver((seen) => {
    for (const s of seen) if (s.isIntersecting) select(s.target.id.slice('chat-'.length));
  }, { root: stage, threshold: 0.6 });
  for (const chat of chats.values()) watcher.observe(chat.node);
}

function news(key) {
  if (!narrow.matches || key === current) return;
  const badge = tabs.querySelector(`[data-key=${key}] .badge`);
  badge.textContent = Number(badge.textContent || 0) + 1;
}

// sendPicture sends a picture that one chat shows into another, as a cashier's
// phone photographs the card on a shopper's screen.
async function sendPicture(key, src) {
  const blob = await (await fetch(src)).blob();
  const picture = await asJPEG(new File([blob], 'photo.jpg', { type: blob.type }));
  show(key);
  await upload(key, 'photo', [picture]);
}

document.querySelector('.langs').addEventListener('click', (event) => {
  const lang = event.target.closest('[data-lang]')?.dataset.lang;
  if (lang) setLanguage(lang);
});

document.getElementById('theme').addEventListener('click', () => {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem('theme', next); } catch { /* a private window: until the next visit */ }
});

// A picture dropped beside the chats must not replace the page.
for (const type of ['dragover', 'drop']) addEventListener(type, (event) => event.preventDefault());

translate(document);
start().catch((error) => pageToast(String(error)));
