"use strict";
// Adds to a page that is complete without it: finding a student in the table, opening what a link leads into.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  all(".controls").forEach((each) => { each.hidden = false; });
  const rows = all(".matrix tr.student");
  const apply = () => {
    const asked = one("find").value.trim().toLocaleLowerCase();
    let shown = 0;
    rows.forEach((row) => {
      const name = row.querySelector("th").textContent.toLocaleLowerCase();
      row.hidden = !name.includes(asked) || (one("only").checked && !row.matches(".person"));
      shown += row.hidden ? 0 : 1;
    });
    one("said").textContent = shown + " of " + rows.length + " students are shown";
  };
  one("find").addEventListener("input", apply);
  one("only").addEventListener("change", apply);
  addEventListener("beforeprint", () => { rows.forEach((row) => { row.hidden = false; }); });
  addEventListener("afterprint", apply);
  if (one("find").value || one("only").checked) apply();
})();
