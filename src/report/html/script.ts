/**
 * The page's script: the filter, and opening what a host's link leads to. Without it all is there, only unfiltered. Parts that are put in anew while the
 * page is open are filtered, too.
 */
export const SCRIPT = `"use strict";
(() => {
  const form = document.getElementById("filter");
  const pressed = new Set();
  let items = [];
  const apply = () => {
    const text = form.elements.q.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, name, word } of items) {
      const fits = name.includes(text) && (pressed.size === 0 || pressed.has(word));
      item.hidden = !fits;
      if (fits) shown++;
    }
    const said = shown === items.length ? shown + " hosts" : shown + " of " + items.length + " hosts";
    const output = form.querySelector("output");
    if (output.textContent !== said) output.textContent = said;
  };
  const begin = () => {
    items = [...document.querySelectorAll("#hosts li")].map((item) => ({
      item,
      name: item.querySelector("b").textContent.toLowerCase(),
      word: item.querySelector("span").textContent,
    }));
    const tiles = [...document.querySelectorAll(".tile")];
    for (const word of pressed) if (!tiles.some((tile) => tile.dataset.word === word)) pressed.delete(word);
    for (const tile of tiles) tile.ariaPressed = String(pressed.has(tile.dataset.word));
    apply();
  };
  if (form !== null) {
    begin();
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
    document.addEventListener("surefoot:changed", begin);
    document.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (tile === null) return;
      if (!pressed.delete(tile.dataset.word)) pressed.add(tile.dataset.word);
      tile.ariaPressed = String(pressed.has(tile.dataset.word));
      apply();
    });
  }
  const open = () => {
    const target = location.hash === "" ? null : document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.querySelector("summary").focus();
    }
  };
  addEventListener("hashchange", open);
  // Going to the place is what a browser does last when it opens a page, and that takes the focus away.
  addEventListener("load", () => setTimeout(open));
})();
`;
