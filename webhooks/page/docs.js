// Draws /openapi.json as a page: contents, operations with their fields, examples and
// a curl line, the event that is sent out, and the codes of refusals. It builds nodes
// and never markup, so nothing in the description can be taken for a script.
'use strict';
(function () {
  const verbs = ['get', 'post', 'put', 'patch', 'delete'];
  let doc;

  function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [k, v] of Object.entries(attributes || {})) if (v !== undefined && v !== false) node.setAttribute(k, v === true ? '' : v);
    node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ''));
    return node;
  }

  // said turns the little Markdown of descriptions into nodes: paragraphs, lists, **b**, `code`.
  function said(text) {
    const box = el('div', { class: 'said' });
    let list = null, lines = [];
    const flush = () => { if (lines.length) { box.append(el('p', null, inline(lines.join(' ')))); lines = []; } };
    for (const line of (text || '').split('\n')) {
      if (line.startsWith('- ')) {
        flush();
        if (!list) { list = el('ul'); box.append(list); }
        list.append(el('li', null, inline(line.slice(2))));
      } else if (line.trim() === '') { flush(); list = null; } else { list = null; lines.push(line); }
    }
    flush();
    return box;
  }

  function inline(text) {
    return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
      if (part.startsWith('`') && part.length > 1) return el('code', null, part.slice(1, -1));
      if (part.startsWith('**') && part.length > 3) return el('b', null, part.slice(2, -2));
      return part;
    });
  }

  function resolve(schema) {
    if (!schema || !schema.$ref) return schema || {};
    const found = schema.$ref.split('/').slice(1).reduce((at, key) => at && at[key], doc) || {};
    return schema.description ? { ...found, description: schema.description } : found;
  }

  const kindOf = (s) => (Array.isArray(s.type) ? s.type.filter((t) => t !== 'null')[0] : s.type);

  function typeOf(schema) {
    const s = resolve(schema);
    if (kindOf(s) === 'array') return 'list of ' + typeOf(s.items);
    let text = kindOf(s) || 'any';
    if (text === 'integer') text = 'whole number';
    if (s.format && s.format !== 'int64') text += ', ' + s.format;
    const bounds = [];
    if (s.minimum !== undefined && s.maximum !== undefined) bounds.push(s.minimum.toLocaleString('en') + ' to ' + s.maximum.toLocaleString('en'));
    if (s.maxLength !== undefined) bounds.push('at most ' + s.maxLength + ' characters');
    if (s.default !== undefined) bounds.push(s.default + ' if left out');
    return bounds.length ? text + ' · ' + bounds.join(', ') : text;
  }

  // properties in the order that they were declared in.
  function properties(s) {
    const order = s['x-order'] || [], all = s.properties || {};
    const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
    return Object.keys(all).sort((a, b) => place(a) - place(b)).map((name) => [name, all[name]]);
  }

  function field(name, schema, must, depth) {
    const s = resolve(schema);
    const inner = kindOf(s) === 'array' ? resolve(s.items) : s;
    const item = el('li', null, el('span', { class: 'name' }, name), el('span', { class: 'type' }, typeOf(schema)), must ? el('span', { class: 'must' }, must) : null);
    const words = (schema && schema.description) || s.description;
    if (words) {
      // A long list of values is folded away.
      const text = said(words);
      item.append(words.length > 400 ? el('details', null, el('summary', null, 'values'), text) : text);
    } else if (s.enum) item.append(el('div', { class: 'said' }, el('p', null, s.enum.flatMap((v, i) => [i ? ' ' : '', el('code', null, String(v))]))));
    if (inner.properties && depth < 4) {
      const list = fields(inner, depth + 1, must === undefined);
      item.append(depth < 1 && must !== undefined ? list : el('details', null, el('summary', null, properties(inner).map(([k]) => k).join(', ')), list));
    }
    return item;
  }

  // fields marks what a request must have; undefined for must means that it is an answer.
  function fields(schema, depth, answer) {
    const s = resolve(schema);
    const must = new Set(s.required || []);
    return el('ul', { class: 'fields' }, properties(s).map(([name, p]) => field(name, p, answer ? undefined : must.has(name) && 'required', depth)));
  }

  // example invents a value that the schema allows, from its own examples where it has any.
  function example(schema, depth) {
    const s = resolve(schema);
    if (s.examples && s.examples.length) return s.examples[0];
    if (s.example !== undefined) return s.example;
    if (s.enum) return s.enum[0];
    if (s.default !== undefined) return s.default;
    switch (kindOf(s)) {
      case 'object': {
        if (depth > 5) return {};
        return Object.fromEntries(properties(s).map(([k, v]) => [k, example(v, depth + 1)]));
      }
      case 'array': return depth > 5 ? [] : [example(s.items, depth + 1)];
      case 'integer': case 'number': return Math.max(0, s.minimum || 0);
      case 'boolean': return false;
    }
    return s.format === 'date-time' ? '2026-11-21T11:05:00Z' : 'text';
  }

  // valueOf is the description's own example, or an invented one.
  const valueOf = (content) => (content.example !== undefined ? content.example : example(content.schema, 0));
  const json = (x) => x && x.content && x.content['application/json'];

  function curl(verb, path, op) {
    const params = op.parameters || [];
    const at = (p) => { const v = example(p.schema, 0); return p.example !== undefined ? p.example : v; };
    let url = path.replace(/\{(\w+)\}/g, (_, name) => { const p = params.find((q) => q.name === name); return p ? at(p) : name; });
    const query = params.filter((p) => p.in === 'query' && p.name !== 'cursor').slice(0, 1).map((p) => p.name + '=' + encodeURIComponent(at(p)));
    if (query.length) url += '?' + query.join('&');
    const base = doc.servers && doc.servers[0] && /^https?:/.test(doc.servers[0].url) ? doc.servers[0].url.replace(/\/$/, '') : location.origin;
    const lines = ["curl" + (verb === 'get' ? '' : ' -X ' + verb.toUpperCase()) + " '" + base + url + "'", "-H 'Authorization: Bearer kp_live_…'"];
    for (const p of params) if (p.in === 'header') lines.push("-H '" + p.name + ': ' + at(p) + "'");
    const body = json(op.requestBody);
    if (body) lines.push("-H 'Content-Type: application/json'", "-d '" + JSON.stringify(valueOf(body), null, 2) + "'");
    return lines.join(' \\\n  ');
  }

  function coloured(text) {
    const pre = el('pre', { tabindex: 0 });
    const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?\b/g;
    let last = 0;
    for (let m; (m = token.exec(text));) {
      pre.append(text.slice(last, m.index));
      last = m.index + m[0].length;
      if (m[1]) { pre.append(el('span', { class: m[2] ? 'k' : 's' }, m[1])); if (m[2]) pre.append(m[2]); }
      else pre.append(el('span', { class: m[3] ? 'w' : 'n' }, m[0]));
    }
    pre.append(text.slice(last));
    return pre;
  }

  function block(title, text, plain) {
    const button = el('button', { class: 'copy', type: 'button', 'aria-label': 'Copy: ' + title }, 'Copy');
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(text).then(() => { button.textContent = 'Copied'; setTimeout(() => { button.textContent = 'Copy'; }, 1500); },
        () => { const range = document.createRange(); range.selectNodeContents(button.parentNode.querySelector('pre')); getSelection().removeAllRanges(); getSelection().addRange(range); });
    });
    return el('div', { class: 'block' }, el('p', null, title), plain ? el('pre', { tabindex: 0, class: 'wrap' }, text) : coloured(text), button);
  }

  function answers(op) {
    return el('ul', { class: 'answers' }, Object.keys(op.responses).sort().map((status) =>
      el('li', null, el('span', { class: 'status s' + status[0] }, status), op.responses[status].description)));
  }

  function operation(verb, path, op) {
    const good = Object.keys(op.responses).sort((a, b) => (a === '201' ? -1 : b === '201' ? 1 : a < b ? -1 : 1)).find((s) => s[0] === '2');
    const scopes = (op.security || []).flatMap((s) => Object.values(s).flat());
    const left = el('div', { class: 'prose' }, said(op.description));
    for (const [where, title] of [['path', 'In the address'], ['query', 'Query'], ['header', 'Headers']]) {
      const list = (op.parameters || []).filter((p) => p.in === where);
      if (list.length) left.append(el('h4', null, title), el('ul', { class: 'fields' }, list.map((p) => field(p.name, { ...p.schema, ...(p.description ? { description: p.description } : {}) }, p.required && 'required', 0))));
    }
    const content = json(op.requestBody);
    if (content) left.append(el('h4', null, 'Body'), fields(content.schema, 0, verb === 'event'));
    const out = json(op.responses[good]);
    if (out) left.append(el('h4', null, 'Answer'), fields(out.schema, 0, true));
    left.append(el('h4', null, 'Statuses'), answers(op));
    const right = el('div', { class: 'sample' });
    if (verb === 'event') right.append(block('The body that you get', JSON.stringify(valueOf(content), null, 2)));
    else {
      right.append(block('Request', curl(verb, path, op), true));
      if (out) right.append(block('Answer ' + good, JSON.stringify(valueOf(out), null, 2)));
    }
    return el('article', { id: op.operationId },
      el('header', null, el('h3', null, op.summary),
        el('div', { class: 'path' }, el('span', { class: 'verb ' + verb }, verb.toUpperCase()), el('b', null, path), scopes.map((s) => el('span', { class: 'scope' }, 'scope ' + s)))),
      left, right);
  }

  function operations() {
    const all = [];
    for (const [path, item] of Object.entries(doc.paths || {})) for (const verb of verbs) if (item[verb]) all.push([verb, path, item[verb]]);
    for (const [name, item] of Object.entries(doc.webhooks || {})) if (item.post) all.push(['event', name, item.post]);
    return all;
  }

  function refusals() {
    const rows = (doc['x-problems'] || []).map((p) => el('tr', { id: 'problem-' + p.code },
      el('td', null, el('code', null, p.code)), el('td', null, el('span', { class: 'status s' + String(p.status)[0] }, String(p.status))), el('td', null, p.title)));
    return el('section', { class: 'tag', id: 'refusals' }, el('h2', null, 'Refusals'), el('p', null, 'The codes of problem+json. More may come.'),
      el('div', { class: 'scroll' }, el('table', null, el('thead', null, el('tr', null, ['Code', 'Status', 'Meaning'].map((t) => el('th', { scope: 'col' }, t)))), el('tbody', null, rows))));
  }

  function draw() {
    const all = operations();
    const main = document.getElementById('main'), nav = document.getElementById('nav');
    main.replaceChildren(el('div', { class: 'lead', id: 'top' }, el('h1', null, doc.info.title), el('p', { class: 'meta' }, 'Version ' + doc.info.version + ' · OpenAPI ' + doc.openapi), said(doc.info.description)));
    nav.replaceChildren(el('h2', null, 'Start'), el('a', { href: '#top' }, 'How it works'));
    for (const tag of doc.tags || []) {
      const mine = all.filter(([, , op]) => (op.tags || [])[0] === tag.name);
      if (!mine.length) continue;
      nav.append(el('h2', null, tag.name), ...mine.map(([verb, , op]) => el('a', { href: '#' + op.operationId }, el('span', { class: 'verb ' + verb }, verb === 'event' ? 'EVT' : verb.toUpperCase()), el('span', null, op.summary))));
      main.append(el('section', { class: 'tag' }, el('h2', null, tag.name), el('p', null, tag.description), mine.map((m) => operation(...m))));
    }
    nav.append(el('h2', null, 'Errors'), el('a', { href: '#refusals' }, 'Refusals'));
    main.append(refusals(), el('p', { class: 'none', hidden: true }, 'Nothing here has these words.'));
    follow(nav);
    find(main, nav);
    if (location.hash) { const target = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (target) target.scrollIntoView({ behavior: 'instant' }); }
  }

  // follow marks the part of the page that is being read.
  function follow(nav) {
    const links = new Map([...nav.querySelectorAll('a')].map((a) => [a.getAttribute('href').slice(1), a]));
    const seen = new IntersectionObserver((entries) => {
      for (const e of entries) if (e.isIntersecting) { for (const a of links.values()) a.classList.remove('here'); links.get(e.target.id).classList.add('here'); }
    }, { rootMargin: '-10% 0px -80% 0px' });
    for (const id of links.keys()) { const node = document.getElementById(id); if (node) seen.observe(node); }
    nav.addEventListener('click', (e) => { if (e.target.closest('a')) toggle(false); });
  }

  function find(main, nav) {
    const input = document.getElementById('search');
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (node) => { const text = node.textContent.toLowerCase(); return words.every((w) => text.includes(w)); };
      let any = false;
      for (const section of main.querySelectorAll('section.tag')) {
        let here = false;
        for (const node of section.querySelectorAll('article, tbody tr')) { const ok = fits(node); node.hidden = !ok; here = here || ok; const a = nav.querySelector('a[href="#' + node.id + '"]'); if (a) a.hidden = !ok; }
        section.hidden = !here; any = any || here;
      }
      main.querySelector('.lead').hidden = words.length > 0;
      main.querySelector('.none').hidden = any;
    });
    document.addEventListener('keydown', (e) => {
      if (e.key === '/' && document.activeElement !== input) { e.preventDefault(); input.focus(); }
      if (e.key === 'Escape') { input.value = ''; input.dispatchEvent(new Event('input')); input.blur(); toggle(false); }
    });
  }

  function toggle(open) {
    document.getElementById('nav').classList.toggle('open', open);
    document.getElementById('menu').setAttribute('aria-expanded', String(document.getElementById('nav').classList.contains('open')));
  }

  document.getElementById('menu').addEventListener('click', () => toggle());
  fetch('/openapi.json').then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); }).then((d) => { doc = d; draw(); })
    .catch(() => { document.getElementById('main').replaceChildren(el('p', { class: 'loading' }, 'The description cannot be read now. Load the page again in a moment.')); });
})();
