// The page is made of text nodes: nothing that was pasted, and nothing that is answered, becomes markup.

export const $ = (id) => document.getElementById(id);

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A text of the crate: what stands between backticks is code. */
export function words(text) {
  return text.split('`').map((part, number) => (number % 2 ? el('code', {}, part) : part));
}

/** Links to the texts of these rules, which the page carries. */
export function rules(ids) {
  return ids.flatMap((id) => [' ', el('a', { href: `#${id.toLowerCase()}`, class: 'rule-link' }, id)]);
}

export const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const instant = (iso) => iso.replace('T', ' ').replace(/(:\d\d)?(\.\d+)?Z$/, ' UTC');
