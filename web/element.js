// Elements of the page.

/**
 * The element with an id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type its class, such as `HTMLInputElement`
 * @returns {T}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`This page has no ${type.name} with the id "${id}".`);
  return found;
}
