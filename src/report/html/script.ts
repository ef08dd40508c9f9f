/** The page's script: the filter, and opening what a host's link leads to. Without it all is there, only unfiltered. */
export const SCRIPT = `"use strict";
(() => {
  const form = document.getElementById("filter");
  const items = [...document.querySelectorAll("#hosts li")].map((item) => ({
    item,
    name: item.querySelector("b").textContent.toLowerCase(),
    word: item.querySelector("span").textContent,
  }));
  const tiles = [...document.querySelectorAll(".tile")];
  const output = form.querySelector("output");
  const apply = () => {
    const text = form.elements.q.value.trim().toLowerCase();
    const words = tiles.filter((tile) => tile.ariaPressed === "true").map((tile) => tile.dataset.word);
    let shown = 0;
    for (const { item, name, word } of items) {
      const fits = name.includes(text) && (words.length === 0 || words.includes(word));
      item.hidden = !fits;
      if (fits) shown++;
    }
    output.textContent = shown === items.length ? shown + " hosts" : shown + " of " + items.length + " hosts";
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      tile.ariaPressed = String(tile.ariaPressed !== "true");
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
  open();
})();
`;
