// Windows over the whole page: the chooser of a person, the question before a
// link, the preview before sending, the enlarged picture, the page's toast.
import { el, icon } from './dom.js';
import { word, bytes } from './words.js';
import { isPicture } from './pictures.js';

let toastTimer;
export function pageToast(text) {
  const toast = document.querySelector('.page-toast');
  toast.textContent = text;
  toast.classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove('shown'), 3200);
}

// modal shows a dialog and gives what it was closed with, '' for Escape.
function modal(dialog) {
  document.body.append(dialog);
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close('');
  });
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => {
    dialog.remove();
    done(dialog.returnValue);
  }, { once: true }));
}

const button = (dialog, value, text, style = '') =>
  el('button', { type: 'button', class: `flat ${style}`, onclick: () => dialog().close(value) }, text);

export function confirmLink(href) {
  const self = () => dialog;
  const dialog = el('dialog', { class: 'window' },
    el('h2', {}, word('openLink')),
    el('p', { class: 'address' }, href),
    el('div', { class: 'window-buttons' }, button(self, '', word('cancel')), button(self, 'yes', word('open'))));
  return modal(dialog).then(Boolean);
}

export function choosePerson(people, href, from) {
  const self = () => dialog;
  const rows = people.map((p) => el('button', { type: 'button', class: 'person', onclick: () => self().close(p.key) },
    avatar(p), el('span', {}, el('b', {}, p.role()), el('small', {}, p.name)), p.key === from ? null : icon('link')));
  const dialog = el('dialog', { class: 'window chooser' },
    el('h2', {}, word('chooserTitle')),
    el('p', {}, word('chooserText')),
    el('p', { class: 'address' }, href.replace(/^https?:\/\//, '')),
    el('div', { class: 'people' }, ...rows),
    el('div', { class: 'window-buttons' }, button(self, '', word('cancel'))));
  return modal(dialog);
}

export const avatar = (person) => el('span', { class: `avatar avatar-${person.key}`, 'aria-hidden': 'true' }, initials(person.name));
const initials = (name) => name.split(/\s+/).slice(0, 2).map((w) => [...w][0] ?? '').join('').toUpperCase();

// preview asks how files are to be sent; gives {how, caption} or null.
export async function preview(files, preferFile) {
  const pictures = files.every(isPicture);
  const self = () => dialog;
  const urls = [];
  const thumbs = files.map((file) => {
    if (!isPicture(file)) return el('div', { class: 'preview-file' }, icon('file'), el('span', {}, el('b', {}, file.name), el('small', {}, bytes(file.size))));
    urls.push(URL.createObjectURL(file));
    return el('img', { src: urls.at(-1), alt: file.name });
  });
  const caption = el('input', { type: 'text', class: 'field', placeholder: word('caption'), 'aria-label': word('caption'), maxLength: 1024, autocomplete: 'off' });
  const how = el('div', { class: 'how' }, ...(pictures ? [choice('photo', !preferFile), choice('file', preferFile)] : []));
  const send = button(self, 'send', word('send'), 'main');
  const dialog = el('dialog', { class: 'window' },
    el('h2', {}, files.length > 1 ? word('sendPicturesMany', { n: files.length }) : pictures ? word('sendPictures') : word('file')),
    el('div', { class: `preview preview-${Math.min(files.length, 4)}` }, ...thumbs), how, caption,
    el('div', { class: 'window-buttons' }, button(self, '', word('cancel')), send));
  caption.addEventListener('keydown', (e) => { if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); dialog.close('send'); } });
  const answer = modal(dialog);
  (pictures ? send : caption).focus();
  const result = await answer;
  urls.forEach((u) => URL.revokeObjectURL(u));
  if (result !== 'send') return null;
  const chosen = how.querySelector('input:checked')?.value ?? 'file';
  return { how: chosen, caption: caption.value.trim() };
}

function choice(value, checked) {
  const name = value === 'photo' ? 'asPhoto' : 'asFile';
  return el('label', { class: 'choice' }, el('input', { type: 'radio', name: 'how', value, checked }),
    el('span', {}, word(name), el('small', {}, word(`${name}Hint`))));
}

// enlarge shows a picture over the page. Its people can get it as a photo:
// the card that a shopper shows and a cashier scans.
export function enlarge(src, alt, people, sendTo) {
  const self = () => dialog;
  const picture = el('img', { src, alt, class: 'fit', onclick: () => picture.classList.toggle('fit') });
  const dialog = el('dialog', { class: 'lightbox', 'aria-label': alt || word('picture') },
    el('div', { class: 'lightbox-top' },
      el('span', {}, word('sendTo')),
      ...people.map((p) => el('button', { type: 'button', class: 'chip', onclick: () => { self().close(''); sendTo(p.key, src); } }, p.role())),
      el('a', { class: 'icon-button', href: src, download: 'picture.jpg', 'aria-label': word('download'), title: word('download') }, icon('download')),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': word('close'), title: word('close'), onclick: () => self().close('') }, icon('close'))),
    el('div', { class: 'lightbox-room', onclick: (e) => { if (e.target === e.currentTarget) self().close(''); } }, picture));
  return modal(dialog);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP on a phone in the same network: the clipboard API is not there.
    const area = el('textarea', { value: text, class: 'offscreen' });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  pageToast(word('copied'));
}
