// The page's own few words. The bot's words come from the bot.
let table = {};
let current = 'ru';
const listeners = new Set();

export const languages = ['ru', 'uk', 'en'];
export const language = () => current;
export const onLanguage = (fn) => listeners.add(fn);

export async function loadWords() {
  table = await (await fetch('/static/words.json')).json();
  setLanguage(remembered() ?? preferred());
}

// word gives the word for a key; {name} in it is filled from values.
export function word(key, values = {}) {
  const text = table[current]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function setLanguage(lang) {
  current = languages.includes(lang) ? lang : 'en';
  document.documentElement.lang = current;
  try { localStorage.setItem('language', current); } catch { /* a private window: forget it */ }
  translate(document);
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset.lang === current));
  }
  for (const fn of listeners) fn(current);
}

// translate fills every element under root that names its word.
export function translate(root) {
  for (const el of root.querySelectorAll('[data-word]')) el.textContent = word(el.dataset.word);
  for (const el of root.querySelectorAll('[data-word-label]')) {
    el.setAttribute('aria-label', word(el.dataset.wordLabel));
    el.title = word(el.dataset.wordLabel);
  }
  for (const el of root.querySelectorAll('[data-word-hint]')) el.placeholder = word(el.dataset.wordHint);
}

function remembered() {
  try { return localStorage.getItem('language'); } catch { return null; }
}

function preferred() {
  for (const tag of navigator.languages) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (languages.includes(lang)) return lang;
  }
  return 'en';
}

const locale = () => ({ ru: 'ru-RU', uk: 'uk-UA', en: 'en-GB' })[current];

export const clock = (date) => date.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });

export function day(date) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const ago = Math.round((midnight(new Date()) - midnight(date)) / 864e5);
  if (ago === 0) return word('today');
  if (ago === 1) return word('yesterday');
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(locale(), { day: 'numeric', month: 'long', year });
}

export function bytes(n) {
  const units = ['B', 'KB', 'MB'];
  let i = 0;
  while (n >= 1024 && i < 2) { n /= 1024; i++; }
  return `${n.toLocaleString(locale(), { maximumFractionDigits: i ? 1 : 0 })} ${units[i]}`;
}
