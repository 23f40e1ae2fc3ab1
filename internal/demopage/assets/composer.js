// The foot of a chat: the commands menu, the input field, the clip, and the
// reply keyboard under them.
import { el, icon, clickOutside } from './dom.js';
import { word, translate } from './words.js';
import { hasCamera, shoot } from './camera.js';

const touch = matchMedia('(pointer: coarse)');

export class Composer {
  // actions: send(text), files(list, preferFile), contact(), ownContact(), samples() or null.
  constructor(actions) {
    this.actions = actions;
    this.commands = [];
    this.keyboard = {};
    this.open = true;
    this.build();
  }

  build() {
    this.input = el('textarea', { rows: 1, class: 'input', 'data-word-hint': 'message', maxLength: 4096, enterKeyHint: 'send', autocomplete: 'off' });
    this.menu = el('button', { type: 'button', class: 'menu-button', hidden: true, 'aria-haspopup': 'menu', onclick: () => this.toggleCommands() },
      icon('menu'), el('span', { 'data-word': 'menu' }));
    this.toggle = el('button', { type: 'button', class: 'icon-button', hidden: true, onclick: () => { this.open = !this.open; this.drawKeyboard(); } });
    const samples = this.actions.samples && el('button', { type: 'button', class: 'icon-button samples-button', 'data-word-label': 'receipts', onclick: this.actions.samples }, icon('receipt'));
    this.clip = el('button', { type: 'button', class: 'icon-button', 'data-word-label': 'attach', 'aria-haspopup': 'menu', onclick: () => this.toggleAttach() }, icon('attach'));
    this.submit = el('button', { type: 'button', class: 'icon-button send', 'data-word-label': 'send', onclick: () => this.submitText() }, icon('send'));
    this.panel = el('div', { class: 'reply-keyboard', hidden: true });
    const field = el('div', { class: 'field-box' }, this.input, samples || null, this.toggle, this.clip);
    this.node = el('footer', { class: 'composer' }, el('div', { class: 'composer-row' }, this.menu, field, this.submit), this.panel);
    this.pickers = ['image/*', 'image/*', ''].map((accept, i) => this.picker(accept, i === 1, i === 2));
    this.node.append(...this.pickers);
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
    this.typed();
  }

  picker(accept, camera, preferFile) {
    const node = el('input', { type: 'file', hidden: true, multiple: !camera, accept, tabIndex: -1 });
    if (camera) node.setAttribute('capture', 'environment');
    node.addEventListener('change', () => {
      const files = [...node.files];
      node.value = '';
      if (files.length) this.actions.files(files, preferFile);
    });
    return node;
  }

  typed() {
    this.input.style.height = 'auto';
    const height = this.input.scrollHeight; // 0 while the composer is hidden
    if (height) this.input.style.height = `${Math.min(height, 140)}px`;
    this.node.classList.toggle('written', this.input.value.trim() !== '');
    const text = this.input.value;
    if (/^\/\w*$/.test(text)) this.showCommands(text.slice(1));
    else this.closePopup?.();
  }

  pressed(event) {
    if (event.isComposing) return;
    if (this.popup?.classList.contains('commands') && this.pick(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    if (touch.matches && !event.ctrlKey) return; // a phone's Enter is a new line
    event.preventDefault();
    this.submitText();
  }

  submitText() {
    const text = this.input.value.trim();
    if (!text) { this.input.focus(); return; }
    this.write('');
    this.sendOrKeep(text);
  }

  // sendOrKeep gives the text back to whoever wrote it when it could not go.
  async sendOrKeep(text) {
    if (!await this.actions.send(text) && !this.input.value) this.write(text);
  }

  // write puts text into the field, for the person to send.
  write(text) {
    this.input.value = text;
    this.typed();
    if (!touch.matches) this.input.focus();
  }

  setCommands(commands) {
    this.commands = commands ?? [];
    this.menu.hidden = this.commands.length === 0;
  }

  setKeyboard(keyboard) {
    this.keyboard = keyboard ?? {};
    this.open = true;
    this.input.placeholder = this.keyboard.placeholder || word('message');
    if (this.keyboard.force_reply && !touch.matches) this.input.focus();
    this.drawKeyboard();
  }

  translate() {
    translate(this.node);
    this.setPlaceholder();
    this.drawKeyboard();
  }

  setPlaceholder() { this.input.placeholder = this.keyboard.placeholder || word('message'); }

  drawKeyboard() {
    const rows = this.keyboard.rows ?? [];
    this.toggle.hidden = rows.length === 0;
    this.panel.hidden = rows.length === 0 || !this.open;
    this.panel.classList.toggle('tall', !this.keyboard.resize);
    this.toggle.replaceChildren(icon(this.open ? 'type' : 'keyboard'));
    this.toggle.title = word(this.open ? 'hideKeyboard' : 'showKeyboard');
    this.toggle.setAttribute('aria-label', this.toggle.title);
    this.toggle.setAttribute('aria-expanded', String(this.open));
    this.panel.replaceChildren(...rows.map((row) => el('div', { class: 'reply-row' }, ...row.map((b) => this.replyButton(b)))));
  }

  replyButton(button) {
    const press = () => {
      if (button.kind === 'contact') this.actions.ownContact();
      else if (button.kind === 'text') this.actions.send(button.label);
    };
    const node = el('button', { type: 'button', class: `reply ${button.style ?? ''}`, onclick: press }, el('span', {}, button.label));
    if (button.kind === 'contact') node.append(icon('contact'));
    return node;
  }

  toggleCommands() {
    if (this.popup?.classList.contains('commands')) this.closePopup();
    else this.showCommands('');
  }

  showCommands(prefix) {
    const found = this.commands.filter((c) => c.command.startsWith(prefix.toLowerCase()));
    if (!found.length) { this.closePopup?.(); return; }
    const rows = found.map((c) => el('button', { type: 'button', role: 'menuitem', onclick: () => this.command(c) },
      el('b', {}, `/${c.command}`), el('span', {}, c.description)));
    this.show(el('div', { class: 'popup commands', role: 'menu', 'aria-label': word('commands') }, ...rows), this.menu);
  }

  command(c) {
    this.closePopup();
    this.write('');
    this.actions.send(`/${c.command}`);
  }

  // pick moves through the commands by the arrow keys; it reports whether the
  // key was for the list.
  pick(event) {
    const rows = [...this.popup.querySelectorAll('button')];
    const at = rows.findIndex((r) => r.classList.contains('picked'));
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = (at + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % rows.length;
      rows[at]?.classList.remove('picked');
      rows[next].classList.add('picked');
      rows[next].scrollIntoView({ block: 'nearest' });
    } else if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0) {
      rows[at].click();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  toggleAttach() {
    if (this.popup?.classList.contains('attach')) { this.closePopup(); return; }
    const item = (name, key, fn) => el('button', { type: 'button', role: 'menuitem', onclick: () => { this.closePopup(); fn(); } }, icon(name), el('span', {}, word(key)));
    const items = [item('photo', 'attachPhoto', () => this.pickers[0].click())];
    if (touch.matches) items.push(item('camera', 'attachCamera', () => this.pickers[1].click()));
    else if (hasCamera()) items.push(item('camera', 'attachCamera', () => this.takePhoto()));
    items.push(item('file', 'attachFile', () => this.pickers[2].click()), item('contact', 'attachContact', this.actions.contact));
    this.show(el('div', { class: 'popup attach', role: 'menu', 'aria-label': word('attach') }, ...items), this.clip);
  }

  async takePhoto() {
    const picture = await shoot();
    if (picture) this.actions.files([picture], false);
  }

  show(popup, opener) {
    this.closePopup?.();
    this.popup = popup;
    this.node.append(popup);
    opener.setAttribute('aria-expanded', 'true');
    const release = clickOutside(this.node, () => this.closePopup?.());
    this.closePopup = () => {
      release();
      opener.removeAttribute('aria-expanded');
      popup.remove();
      this.popup = null;
      this.closePopup = null;
    };
  }
}
