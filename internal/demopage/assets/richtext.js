// The bot's formatting. The server sends escaped markup; it is rebuilt here
// from a list of allowed tags, so that nothing else can ever reach the page.
import { el } from './dom.js';
import { word } from './words.js';

const plain = { B: 'b', STRONG: 'b', I: 'i', EM: 'i', U: 'u', INS: 'u', S: 's', STRIKE: 's', DEL: 's' };
const autolink = /(https?:\/\/[^\s<>«»"]+[^\s<>«»".,;:!?)\]])|((?<![\w/.])t\.me\/[\w?=&\-+]+)|((?<![\w/])\/[a-z][a-z0-9_]{0,31}\b)/gi;

// richText makes nodes of markup. actions.link(url) opens a link,
// actions.command(text) sends a command, actions.copy(text) copies.
export function richText(markup, actions) {
  const parsed = new DOMParser().parseFromString(`<body>${markup}`, 'text/html');
  const out = document.createDocumentFragment();
  walk(parsed.body, out, actions, true);
  return out;
}

function walk(from, into, actions, links) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      links ? linked(node.data, into, actions) : into.append(node.data);
      continue;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const made = element(node, actions);
    walk(node, made, actions, links && !['A', 'CODE', 'PRE'].includes(node.tagName));
    if (made !== into) into.append(made);
  }
}

function element(node, actions) {
  const tag = node.tagName;
  if (plain[tag]) return el(plain[tag]);
  switch (tag) {
    case 'BR': return el('br');
    case 'A': return link(node.getAttribute('href') ?? '', actions);
    case 'BLOCKQUOTE': return quote(node);
    case 'PRE': return el('pre', { onclick: (e) => actions.copy(e.currentTarget.textContent) });
    case 'CODE': return code(node, actions);
    case 'TG-SPOILER': return spoiler();
    case 'SPAN': return node.classList.contains('tg-spoiler') ? spoiler() : el('span');
    default: return el('span');
  }
}

function link(href, actions) {
  const bot = /^\/[a-z]/i.test(href);
  if (!bot && !/^(https?|tg|mailto|tel):/i.test(href)) return el('span');
  return el('a', {
    href: bot ? '#' : href, rel: 'noreferrer noopener',
    onclick: (event) => { event.preventDefault(); actions.link(href); },
  });
}

function code(node, actions) {
  if (node.parentElement?.tagName === 'PRE') return el('code');
  return el('code', { tabIndex: 0, role: 'button', onclick: (e) => actions.copy(e.currentTarget.textContent), onkeydown: press });
}

function quote(node) {
  const made = el('blockquote', { class: node.hasAttribute('expandable') ? 'expandable' : '' });
  if (node.hasAttribute('expandable')) made.addEventListener('click', () => made.classList.toggle('open'));
  return made;
}

function spoiler() {
  const made = el('span', { class: 'spoiler', tabIndex: 0, role: 'button', 'aria-label': word('spoiler'), onkeydown: press });
  made.addEventListener('click', () => {
    made.classList.add('open');
    made.removeAttribute('role');
    made.removeAttribute('aria-label');
  });
  return made;
}

function press(event) {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  event.currentTarget.click();
}

// linked makes links of bare addresses and commands, as Telegram's clients do.
function linked(text, into, actions) {
  let last = 0;
  for (const found of text.matchAll(autolink)) {
    into.append(text.slice(last, found.index));
    last = found.index + found[0].length;
    const [whole, , bare, command] = found;
    if (command) {
      into.append(el('a', { href: '#', class: 'command', onclick: (e) => { e.preventDefault(); actions.command(whole); } }, whole));
      continue;
    }
    const made = link(bare ? `https://${whole}` : whole, actions);
    made.append(whole);
    into.append(made);
  }
  into.append(text.slice(last));
}
