// The page is made of text nodes: no pasted text and no answer becomes markup.

export const $ = (id) => document.getElementById(id);

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A text of the crate. Text between backticks is code. */
export function words(text) {
  return text.split('`').map((part, number) => (number % 2 ? el('code', {}, part) : part));
}

/** Links to these rules on the page. */
export function rules(ids) {
  return ids.flatMap((id) => [' ', el('a', { href: `#${id.toLowerCase()}`, class: 'rule-link' }, id)]);
}

export const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const instant = (iso) => iso.replace('T', ' ').replace(/(:\d\d)?(\.\d+)?Z$/, ' UTC');
