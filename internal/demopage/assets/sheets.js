// Small windows inside one chat: they belong to that person's phone and leave
// the other two alone.
import { el } from './dom.js';
import { word } from './words.js';

export function toastIn(body, text) {
  body.querySelector('.toast')?.remove();
  const node = el('div', { class: 'toast', role: 'status' }, text);
  body.append(node);
  setTimeout(() => node.classList.add('leaving'), 3200);
  setTimeout(() => node.remove(), 3500);
}

export const alertIn = (screen, title, text) =>
  sheet(screen, 'alertdialog', title, [el('p', {}, text)], [['ok', word('ok'), 'main']]);

export const shareIn = (screen, phone) =>
  sheet(screen, 'dialog', word('shareTitle'), [el('p', {}, word('shareText')), phone ? el('p', { class: 'phone-number' }, phone) : ''],
    [['', word('cancel')], ['yes', word('share'), 'main']]);

export async function contactIn(screen) {
  const input = el('input', { type: 'tel', class: 'field', placeholder: '+7 900 000-00-00', 'aria-label': word('otherPhone'), maxLength: 20, autocomplete: 'off' });
  const answer = await sheet(screen, 'dialog', word('otherTitle'), [input], [['', word('cancel')], ['yes', word('send'), 'main']], input);
  return answer ? input.value.trim() : '';
}

// sheet shows a window in screen and gives the value of the button pressed,
// '' for Escape.
function sheet(screen, role, title, content, buttons, focus) {
  return new Promise((done) => {
    const before = document.activeElement;
    const close = (value) => {
      shade.remove();
      before?.focus?.({ preventScroll: true });
      done(value);
    };
    const row = buttons.map(([value, text, style]) => el('button', { type: 'button', class: `flat ${style ?? ''}`, onclick: () => close(value) }, text));
    const shade = el('div', { class: 'shade', onclick: (e) => { if (e.target === shade) close(''); } },
      el('div', { class: 'sheet', role, 'aria-modal': 'true', 'aria-label': title }, el('h2', {}, title), ...content, el('div', { class: 'window-buttons' }, ...row)));
    shade.addEventListener('keydown', (e) => {
      if (e.key === 'Escape') close('');
      if (e.key === 'Enter' && e.target === focus) row.at(-1).click();
      if (e.key === 'Tab') cycle(e, shade);
    });
    screen.append(shade);
    (focus ?? row.at(-1)).focus({ preventScroll: true });
  });
}

function cycle(event, shade) {
  const all = [...shade.querySelectorAll('button, input')];
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}
