// Small tools for building the page without markup in strings.

// el makes an element. Props named on… are listeners, class/data/aria are
// attributes, the rest are properties.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name in node && !name.includes('-')) node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon', `icon-${name}`);
  const use = document.createElementNS(ns, 'use');
  use.setAttribute('href', `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

// clickOutside calls fn once, at the first press or Escape outside node.
export function clickOutside(node, fn) {
  const stop = new AbortController();
  const end = (event) => {
    if (event.type === 'keydown' ? event.key !== 'Escape' : node.contains(event.target)) return;
    stop.abort();
    fn(event);
  };
  // The press that opened node is still on its way.
  setTimeout(() => {
    if (stop.signal.aborted) return;
    document.addEventListener('pointerdown', end, { capture: true, signal: stop.signal });
    document.addEventListener('keydown', end, { signal: stop.signal });
  });
  return () => stop.abort();
}

export const narrow = matchMedia('(max-width: 899px)');
