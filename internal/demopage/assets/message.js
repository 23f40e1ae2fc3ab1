// One message, or the photos of one album, as a bubble with its buttons.
import { el, icon } from './dom.js';
import { word, clock, bytes } from './words.js';
import { richText } from './richtext.js';

// drawMessages draws messages of one bubble. ctx is the chat: its actions and
// its other messages.
export function drawMessages(messages, ctx) {
  const first = messages[0];
  const last = messages.at(-1);
  if (first.kind === 'service') return el('div', { class: 'service' }, el('span', {}, first.text || '—'));
  const side = first.from_bot ? 'in' : 'out';
  const bubble = el('div', { class: `bubble bubble-${first.kind}` });
  const photos = messages.filter((m) => m.photo);
  const text = messages.find((m) => m.html);
  if (first.forwarded) bubble.append(el('div', { class: 'origin' }, `${word('forwarded')}: ${first.forwarded}`));
  if (first.reply_to) bubble.append(replyTo(first.reply_to, ctx));
  if (photos.length) bubble.append(album(photos, ctx));
  if (last.document) bubble.append(attachment(last.document));
  if (last.contact) bubble.append(contact(last.contact));
  bubble.append(body(text, last, ctx));
  bubble.classList.toggle('bare', photos.length > 0 && !text);
  if (last.reaction) bubble.append(el('span', { class: 'reaction' }, last.reaction));
  const box = el('div', { class: 'box' }, bubble);
  if (last.buttons?.length) box.append(inlineKeyboard(last, ctx));
  const node = el('article', { class: `msg ${side}`, 'aria-label': first.from_bot ? first.from : word('you') }, box);
  node.dataset.id = first.id;
  return node;
}

function body(text, last, ctx) {
  const node = el('div', { class: 'text', dir: 'auto' });
  if (text) node.append(richText(text.html, ctx.actions));
  else if (['sticker', 'voice'].includes(last.kind)) node.append(last.text || '🎤');
  if (last.kind === 'text' && big(last.text)) node.classList.add('emoji');
  node.append(meta(last));
  return node;
}

const big = (text) => /^\p{Extended_Pictographic}\uFE0F?$/u.test(text ?? '');

function meta(message) {
  const date = new Date(message.date);
  return el('span', { class: 'meta' },
    message.pinned ? icon('pin') : null,
    message.edited ? el('span', {}, word('edited')) : null,
    el('time', { dateTime: message.date }, clock(date)),
    message.from_bot ? null : icon('check'));
}

function replyTo(id, ctx) {
  const other = ctx.find(id);
  const who = other?.from ?? '';
  const what = other ? other.text || word(other.kind === 'photo' ? 'photo' : 'file') : '…';
  return el('button', { type: 'button', class: 'quoted', onclick: () => ctx.reveal(id) }, el('b', {}, who), el('span', {}, what));
}

function album(photos, ctx) {
  return el('div', { class: `album album-${Math.min(photos.length, 4)}` }, ...photos.map((m) => photo(m, ctx)));
}

function photo(message, ctx) {
  const { id, width, height } = message.photo;
  const src = `/files/${encodeURIComponent(id)}`;
  const image = el('img', { src, width, height, alt: message.text || word('photo'), decoding: 'async', draggable: false });
  image.addEventListener('load', ctx.settle, { once: true });
  return el('button', { type: 'button', class: 'photo', title: word('zoom'), onclick: () => ctx.actions.enlarge(src, message.text ?? '') }, image);
}

function attachment(file) {
  const src = `/files/${encodeURIComponent(file.id)}`;
  return el('a', { class: 'attachment', href: src, download: file.name || 'file' },
    el('span', { class: 'attachment-icon' }, icon('file')),
    el('span', { class: 'attachment-text' }, el('b', {}, file.name || word('file')), el('small', {}, bytes(file.size))));
}

function contact(card) {
  const name = [card.first_name, card.last_name].filter(Boolean).join(' ');
  return el('div', { class: 'attachment' },
    el('span', { class: 'attachment-icon' }, icon('contact')),
    el('span', { class: 'attachment-text' }, el('b', {}, name || word('contact')), el('small', {}, card.phone_number.startsWith('+') ? card.phone_number : `+${card.phone_number}`)));
}

function inlineKeyboard(message, ctx) {
  const rows = message.buttons.map((row, y) => el('div', { class: 'inline-row' }, ...row.map((b, x) => inlineButton(message, y, x, ctx))));
  return el('div', { class: 'inline-keyboard' }, ...rows);
}

function inlineButton(message, row, column, ctx) {
  const button = message.buttons[row][column];
  const node = el('button', { type: 'button', class: `inline ${button.style ?? ''}`, onclick: () => ctx.actions.tap(message, row, column, node) },
    el('span', {}, button.label));
  if (button.kind === 'url' || button.kind === 'web_app') node.append(icon('link'));
  if (button.kind === 'copy') node.append(icon('copy'));
  if (button.kind === 'callback') {
    node.dataset.data = button.data;
    node.dataset.message = message.id;
    node.append(el('i', { class: 'spinner' }));
    if (ctx.waits(message.id, button.data)) node.classList.add('waiting');
  }
  return node;
}
