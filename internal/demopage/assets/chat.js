// One chat: a person's phone with the bot on it.
import { el, icon } from './dom.js';
import { word, translate } from './words.js';
import { act, upload } from './api.js';
import { Feed } from './feed.js';
import { Composer } from './composer.js';
import { openLink, payloadOf } from './links.js';
import { avatar, copyText, enlarge, pageToast, preview } from './dialogs.js';
import { asJPEG, filesOf, isPicture } from './pictures.js';
import { alertIn, contactIn, shareIn, toastIn } from './sheets.js';

export class Chat {
  // hooks: people (all chats), samples() opens the tray or is null, news(key)
  // is called when the bot writes.
  constructor(person, bot, hooks) {
    this.key = person.key;
    this.person = person;
    this.bot = bot;
    this.hooks = hooks;
    this.feed = new Feed(this.actions());
    this.composer = new Composer({
      send: (text) => act(this.key, 'text', { text }),
      files: (files, preferFile) => this.send(files, preferFile),
      ownContact: () => this.shareOwn(),
      contact: () => this.shareOther(),
      samples: hooks.samples,
    });
    this.build();
  }

  actions() {
    return {
      link: (href) => openLink(href, this.key),
      command: (text) => act(this.key, 'text', { text }),
      copy: copyText,
      enlarge: (src, alt) => enlarge(src, alt, this.hooks.people, (key, from) => this.hooks.sendPicture(key, from)),
      tap: (message, row, column, node) => this.tap(message, row, column, node),
    };
  }

  build() {
    this.status = el('span', { class: 'status' });
    const head = el('header', { class: 'chat-head' },
      el('img', { src: '/static/logo.svg', alt: '', class: 'bot-picture', width: 38, height: 38 }),
      el('div', { class: 'chat-title' }, el('b', {}, this.bot.name), this.status));
    this.hint = el('p', { class: 'start-hint' });
    this.welcome = el('div', { class: 'welcome', hidden: true }, el('div', { class: 'welcome-card' },
      el('b', { 'data-word': 'whatCanItDo' }), this.hint));
    this.startBar = el('div', { class: 'start-bar', hidden: true },
      el('button', { type: 'button', class: 'start', onclick: () => act(this.key, 'start', {}) }, el('span', { 'data-word': 'start' })));
    this.drop = el('div', { class: 'drop', 'aria-hidden': 'true' }, icon('photo'), el('b', { 'data-word': 'dropHere' }));
    this.body = el('div', { class: 'chat-body' }, this.feed.node, this.welcome, this.feed.down);
    this.screen = el('div', { class: `chat chat-${this.key}` }, head, this.body, this.composer.node, this.startBar, this.drop);
    this.role = el('b');
    this.node = el('section', { class: 'phone', id: `chat-${this.key}`, role: 'region' },
      el('div', { class: 'owner' }, avatar(this.person), el('span', {}, this.role, el('small', {}, this.person.subtitle || this.person.name))),
      this.screen);
    this.acceptDrops();
    this.acceptPaste();
    this.translate();
  }

  translate() {
    this.role.textContent = this.person.role();
    this.node.setAttribute('aria-label', `${this.person.role()}, ${this.person.name}`);
    this.feed.node.setAttribute('aria-label', word('messagesOf', { who: this.person.role() }));
    translate(this.node);
    this.composer.translate();
    this.hint.textContent = this.description || word('startHint');
    this.setStatus();
    this.feed.redraw();
  }

  // told takes an event of this chat.
  told(kind, event) {
    switch (kind) {
      case 'state': return this.restore(event);
      case 'message': return this.arrived(event.message);
      case 'edited': return this.feed.put(event.message, false);
      case 'deleted': return this.feed.remove(event.ids);
      case 'action': return this.acting(event.action);
      case 'answer': return this.answered(event.answer, event.url);
      case 'keyboard': return this.composer.setKeyboard(event.keyboard);
      case 'commands': return this.describe(event);
    }
  }

  connected(online) {
    this.offline = !online;
    this.setStatus();
  }

  restore(state) {
    this.describe(state);
    this.composer.setKeyboard(state.keyboard);
    this.started(Boolean(state.messages));
    this.feed.reset(state.messages ?? []);
  }

  describe({ commands, description }) {
    this.composer.setCommands(commands);
    this.description = description;
    this.hint.textContent = description || word('startHint');
  }

  started(yes) {
    this.welcome.hidden = yes;
    this.startBar.hidden = yes;
    this.composer.node.hidden = !yes;
  }

  arrived(message) {
    this.started(true);
    this.feed.put(message, true);
    if (!message.from_bot) return;
    this.acting('');
    this.hooks.news(this.key);
  }

  acting(action) {
    clearTimeout(this.actingTimer);
    this.action = action;
    this.setStatus();
    // Telegram shows a chat action for five seconds, or until the message.
    if (action) this.actingTimer = setTimeout(() => this.acting(''), 5000);
  }

  setStatus() {
    const words = { upload_photo: 'sendingPhoto', upload_document: 'sendingFile' };
    this.status.classList.toggle('busy', Boolean(this.action) && !this.offline);
    this.status.textContent = this.offline ? word('offline') : this.action ? word(words[this.action] ?? 'typing') : word('bot');
    if (this.action && !this.offline) this.status.append(el('i', { class: 'dots' }, el('i'), el('i'), el('i')));
  }

  async tap(message, row, column, node) {
    const button = message.buttons[row][column];
    if (button.kind === 'copy') return copyText(button.copy);
    if (button.kind === 'url' || button.kind === 'web_app') return openLink(button.url, this.key);
    if (node.classList.contains('waiting')) return;
    this.feed.wait(message, button, node);
    if (!await act(this.key, 'tap', { message: message.id, row, column, label: button.label })) this.feed.answered(message.id, button.data);
  }

  answered(answer, url) {
    this.feed.answered(answer.message, answer.data);
    if (url) act(this.key, 'start', { payload: payloadOf(url) ?? '' });
    if (!answer.text) return;
    if (answer.alert) alertIn(this.screen, this.bot.name, answer.text);
    else toastIn(this.body, answer.text);
  }

  async shareOwn() {
    if (await shareIn(this.screen, this.person.phone)) act(this.key, 'contact', { own: true });
  }

  async shareOther() {
    const phone = await contactIn(this.screen);
    if (phone) act(this.key, 'contact', { phone });
  }

  async send(files, preferFile) {
    const chosen = await preview(files.slice(0, 10), preferFile);
    if (!chosen) return;
    if (chosen.how === 'photo') await this.sendPhotos(files.slice(0, 10), chosen.caption);
    else for (const file of files) await upload(this.key, 'file', [file], chosen.caption);
  }

  async sendPhotos(files, caption) {
    try {
      const pictures = await Promise.all(files.map(asJPEG));
      if (pictures.length > 1) await upload(this.key, 'album', pictures, caption);
      else await upload(this.key, 'photo', pictures, caption);
    } catch {
      pageToast(word('notPicture'));
    }
  }

  // A picture is pasted into the chat that has the focus.
  acceptPaste() {
    this.screen.addEventListener('paste', (event) => {
      const files = filesOf(event.clipboardData);
      if (!files.length || this.composer.node.hidden) return;
      event.preventDefault();
      this.send(files, !files.every(isPicture));
    });
  }

  acceptDrops() {
    let depth = 0;
    const carries = (event) => event.dataTransfer?.types.includes('Files');
    const shade = (n) => { depth = n; this.screen.classList.toggle('dropping', depth > 0); };
    this.screen.addEventListener('dragenter', (e) => { if (carries(e)) { e.preventDefault(); shade(depth + 1); } });
    this.screen.addEventListener('dragover', (e) => { if (carries(e)) e.preventDefault(); });
    this.screen.addEventListener('dragleave', (e) => { if (carries(e)) shade(depth - 1); });
    this.screen.addEventListener('drop', (e) => {
      if (!carries(e)) return;
      e.preventDefault();
      shade(0);
      const files = filesOf(e.dataTransfer);
      if (files.length) this.send(files, !files.every(isPicture));
    });
  }
}
