/**
 * The script of a page that follows: it asks its server for the page again, and puts in what has changed, part by part (`data-part`). What a reader has
 * opened, filtered and stands on stays. It ends when the page says that it no longer changes.
 */
export const LIVE = `"use strict";
(() => {
  const parts = (root) => [...root.querySelectorAll("[data-part]")];
  const shown = new Map(parts(document).map((part) => [part.dataset.part, part.innerHTML]));
  const say = (text) => {
    const place = document.getElementById("live");
    if (place !== null && place.textContent !== text) place.textContent = text;
  };
  const same = (fresh, old) => {
    if (old.id !== "") return document.getElementById(old.id);
    if (old.matches("details[id] > summary")) return document.querySelector("#" + CSS.escape(old.parentElement.id) + " > summary");
    return [...fresh.querySelectorAll(old.localName)].find((one) => one.textContent === old.textContent);
  };
  const put = (part, text) => {
    const focus = part.contains(document.activeElement) ? document.activeElement : null;
    const open = new Map([...part.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const top = part.parentElement.scrollTop;
    part.innerHTML = text;
    for (const one of part.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = open.get(one.id);
    part.parentElement.scrollTop = top;
    if (focus !== null) same(part, focus)?.focus({ preventScroll: true });
  };
  let tag = "";
  const look = async () => {
    const answer = await fetch(location.pathname + location.search, { headers: tag === "" ? {} : { "If-None-Match": tag } });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error("the server answers " + answer.status);
    tag = answer.headers.get("ETag") ?? "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts(fresh)) {
      const name = part.dataset.part;
      const place = document.querySelector('[data-part="' + name + '"]');
      if (place === null || shown.get(name) === part.innerHTML) continue;
      shown.set(name, part.innerHTML);
      put(place, part.innerHTML);
    }
    if (fresh.body.dataset.live === undefined) delete document.body.dataset.live;
    document.dispatchEvent(new Event("surefoot:changed"));
  };
  const next = () => {
    if (document.body.dataset.live === undefined) return;
    setTimeout(async () => {
      if (document.visibilityState === "visible") {
        try {
          await look();
          say(document.body.dataset.live === undefined ? "" : "Followed live.");
        } catch (problem) {
          say("Not followed now: " + problem.message + ".");
        }
      }
      next();
    }, Number(document.body.dataset.live) * 1000);
  };
  next();
})();
`;
