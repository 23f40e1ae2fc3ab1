// The tray of sample receipts beside the shopper's chat; a drawer where there
// is no room beside it.
import { el, icon, clickOutside } from './dom.js';
import { word, translate, language } from './words.js';
import { act } from './api.js';

export class Tray {
  // chat is whom the receipts go to; write puts a text into its input field.
  constructor(samples, chat, write) {
    this.samples = samples;
    this.chat = chat;
    this.write = write;
    this.list = el('ul', { class: 'samples' });
    this.node = el('aside', { class: 'tray', id: 'tray' },
      el('div', { class: 'tray-head' }, el('h2', { 'data-word': 'receipts' }),
        el('button', { type: 'button', class: 'icon-button tray-close', 'data-word-label': 'close', onclick: () => this.close() }, icon('close')),
        el('p', { 'data-word': 'receiptsHint' })),
      this.list);
    this.translate();
  }

  translate() {
    translate(this.node);
    this.node.setAttribute('aria-label', word('receipts'));
    this.list.replaceChildren(...this.samples.map((s) => this.item(s)));
    if (!this.samples.length) this.list.append(el('li', { class: 'none' }, word('noSamples')));
  }

  item(sample) {
    const send = (as) => this.send(sample, as);
    const caption = sample.captions[language()] ?? sample.name;
    const tools = el('div', { class: 'sample-tools' },
      el('button', { type: 'button', class: 'chip', onclick: () => send('file') }, icon('file'), word('sampleAsFile')));
    if (sample.text) tools.append(el('button', { type: 'button', class: 'chip', onclick: () => this.paste(sample) }, icon('qr'), word('sampleAsText')));
    return el('li', { class: 'sample' },
      el('button', { type: 'button', class: 'sample-photo', 'aria-label': word('sampleAsPhoto', { name: caption }), onclick: () => send('photo') },
        el('img', { src: sample.url, alt: '', loading: 'lazy', decoding: 'async', draggable: false, onload: (e) => e.target.classList.add('drawn') }),
        el('span', { class: 'sample-go' }, icon('send')),
        sample.no_qr ? el('span', { class: 'torn' }, word('tornQR')) : null),
      el('div', { class: 'sample-caption' }, caption),
      tools);
  }

  async send(sample, as) {
    this.close();
    await act(this.chat.key, 'sample', { name: sample.name, as });
  }

  paste(sample) {
    this.close();
    this.write(sample.text);
  }

  open() {
    this.node.classList.add('open');
    this.release = clickOutside(this.node, () => this.close());
    this.node.querySelector('.sample-photo')?.focus({ preventScroll: true });
  }

  close() {
    this.release?.();
    this.node.classList.remove('open');
  }
}
