"use strict";
// All of the page can be read without this: it filters, finds, copies and opens what a link points to.
(() => {
  const tools = document.querySelector(".tools");
  const rows = [...document.querySelectorAll("[data-verdict]")];
  const search = document.getElementById("search");
  const said = document.getElementById("found");
  const chosen = { verdict: new Set(), class: new Set() };

  const apply = () => {
    const words = search.value.trim().toLowerCase();
    let number = 0;
    for (const row of rows) {
      const fits = ["verdict", "class"].every((key) => !chosen[key].size || chosen[key].has(row.dataset[key]))
        && (!words || row.textContent.toLowerCase().includes(words) || row.id.toLowerCase().includes(words));
      row.hidden = !fits;
      number += fits && row.matches("tr") ? 1 : 0;
    }
    const filters = words || chosen.verdict.size || chosen.class.size;
    said.textContent = filters ? `${number} clause${number === 1 ? "" : "s"}` : "";
  };

  for (const button of document.querySelectorAll("button[data-filter]")) {
    button.addEventListener("click", () => {
      const set = chosen[button.dataset.filter];
      const on = !set.has(button.value);
      on ? set.add(button.value) : set.delete(button.value);
      button.setAttribute("aria-pressed", String(on));
      apply();
    });
  }
  search.addEventListener("input", apply);

  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copies).textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        button.focus();
      }
      button.textContent = "Copied";
    });
  }

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.hidden = false;
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();

  const findings = [...document.querySelectorAll("article.finding-of")];
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; apply(); search.blur(); }
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (step) {
      const shown = findings.filter((item) => !item.hidden);
      const at = shown.indexOf(document.activeElement.closest?.("article.finding-of"));
      const next = shown[Math.max(0, Math.min(shown.length - 1, at + step))];
      if (next) { next.focus(); next.scrollIntoView(); }
    }
  });

  const alone = document.getElementById("print-statement");
  alone.hidden = false;
  alone.addEventListener("click", () => { document.body.classList.add("statement-alone"); print(); });
  addEventListener("afterprint", () => document.body.classList.remove("statement-alone"));
  addEventListener("beforeprint", () => { for (const row of rows) row.hidden = false; });
  tools.hidden = false;
})();
