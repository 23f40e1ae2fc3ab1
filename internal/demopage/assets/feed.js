// The list of messages of one chat: kept by id, drawn by bubble, held at the
// bottom while the reader is there.
import { el, icon } from './dom.js';
import { word, day } from './words.js';
import { drawMessages } from './message.js';

export class Feed {
  constructor(actions) {
    this.actions = actions;
    this.messages = new Map(); // id → message
    this.drawn = new Map();    // bubble's key → node
    this.waiting = new Map();  // message id + data → timer of a spinner
    this.unseen = 0;
    this.list = el('div', { class: 'feed-list', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' });
    this.node = el('div', { class: 'feed', tabIndex: 0 }, this.list);
    this.down = el('button', { type: 'button', class: 'to-bottom', 'data-word-label': 'toBottom', onclick: () => this.bottom(true) }, icon('down'), el('span', { class: 'count' }));
    this.stuck = true;
    this.node.addEventListener('scroll', () => this.scrolled(), { passive: true });
    new ResizeObserver(() => { if (this.stuck) this.bottom(false); }).observe(this.node);
    this.ctx = {
      actions,
      find: (id) => this.messages.get(id),
      reveal: (id) => this.reveal(id),
      waits: (id, data) => this.waiting.has(`${id} ${data}`),
      settle: () => { if (this.stuck) this.bottom(false); },
    };
  }

  reset(messages) {
    this.messages = new Map(messages.map((m) => [m.id, m]));
    this.redraw();
    this.bottom(false);
  }

  redraw() {
    this.drawn.clear();
    this.list.replaceChildren();
    this.list.setAttribute('aria-live', 'off'); // a whole history is not news
    for (const message of this.messages.values()) this.draw(message, false);
    requestAnimationFrame(() => this.list.setAttribute('aria-live', 'polite'));
    if (this.stuck) this.bottom(false);
  }

  put(message, fresh) {
    const was = this.stuck;
    this.messages.set(message.id, message);
    this.draw(message, fresh);
    if (was || !message.from_bot) this.bottom(true);
    else if (fresh) { this.unseen++; this.scrolled(); }
  }

  remove(ids) {
    for (const id of ids) {
      const message = this.messages.get(id);
      if (!message) continue;
      this.messages.delete(id);
      const left = this.bubbleOf(message);
      if (left.length) { this.draw(left[0], false); continue; }
      const node = this.drawn.get(this.keyOf(message));
      this.drawn.delete(this.keyOf(message));
      node.classList.add('leaving');
      setTimeout(() => { node.remove(); this.days(); }, 180);
    }
  }

  keyOf(message) { return message.album ? `album ${message.album}` : message.id; }

  bubbleOf(message) {
    if (!message.album) return this.messages.has(message.id) ? [message] : [];
    return [...this.messages.values()].filter((m) => m.album === message.album).sort((a, b) => a.id - b.id);
  }

  draw(message, fresh) {
    const key = this.keyOf(message);
    const node = drawMessages(this.bubbleOf(message), this.ctx);
    node.dataset.day = new Date(message.date).toDateString();
    const old = this.drawn.get(key);
    this.drawn.set(key, node);
    if (old) { old.replaceWith(node); return; }
    if (fresh) node.classList.add('arriving');
    this.list.append(node);
    this.days();
  }

  // days keeps one separator before the first message of each day.
  days() {
    this.list.querySelectorAll('.day').forEach((n) => n.remove());
    let last = '';
    for (const node of [...this.list.children]) {
      if (!node.dataset.day || node.dataset.day === last) continue;
      last = node.dataset.day;
      node.before(el('div', { class: 'day', 'aria-hidden': 'true' }, el('span', {}, day(new Date(last)))));
    }
  }

  // wait shows the spinner of a tapped button until the bot answers; a client
  // gives up after a while.
  wait(message, button, node) {
    const key = `${message.id} ${button.data}`;
    node.classList.add('waiting');
    this.waiting.set(key, setTimeout(() => this.answered(message.id, button.data), 15000));
  }

  answered(id, data) {
    clearTimeout(this.waiting.get(`${id} ${data}`));
    this.waiting.delete(`${id} ${data}`);
    for (const node of this.list.querySelectorAll('.waiting')) {
      if (node.dataset.data === data && node.dataset.message === String(id)) node.classList.remove('waiting');
    }
  }

  reveal(id) {
    const message = this.messages.get(id);
    const node = message && this.drawn.get(this.keyOf(message));
    if (!node) return;
    node.scrollIntoView({ block: 'center', behavior: 'smooth' });
    node.classList.add('revealed');
    setTimeout(() => node.classList.remove('revealed'), 1600);
  }

  scrolled() {
    const rest = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight;
    this.stuck = rest < 60;
    if (this.stuck) this.unseen = 0;
    this.down.classList.toggle('shown', !this.stuck);
    this.down.querySelector('.count').textContent = this.unseen || '';
  }

  bottom(smoothly) {
    this.stuck = true;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.node.scrollTo({ top: this.node.scrollHeight, behavior: smoothly && !calm ? 'smooth' : 'instant' });
  }
}
