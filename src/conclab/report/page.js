"use strict";
// Adds to a page that is complete without it: hiding of variants, one view at a time, what a point stands for.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const tip = one("tip");
  const say = (text) => { one("said").textContent = text; };
  all(".controls, #save").forEach((each) => { each.hidden = false; });

  const show = (view) => all("[data-view]").forEach((each) => { each.hidden = each.dataset.view !== view; });
  all("input[name=view]").forEach((radio) => radio.addEventListener("change", () => {
    show(radio.value);
    say("The chart shows: " + radio.parentNode.textContent.trim());
  }));
  show((all("input[name=view]").find((radio) => radio.checked) || { value: "scale" }).value);

  const apply = (box) => all('[data-row="' + box.value + '"]').forEach((row) => { row.hidden = !box.checked; });
  all("input[name=row]").forEach((box) => {
    apply(box);
    box.addEventListener("change", () => {
      apply(box);
      say(box.parentNode.textContent.trim() + (box.checked ? " is shown" : " is hidden"));
    });
  });

  let shown = null;
  const away = () => {
    shown = null;
    tip.hidden = true;
    all(".here").forEach((dot) => dot.classList.remove("here"));
  };
  const point = (plot, dot) => {
    away();
    shown = [plot, dot];
    const same = dot.matches(".dot") ? all('.dot[data-block="' + dot.dataset.block + '"]') : [dot];
    same.forEach((each) => each.classList.add("here"));
    plot.setAttribute("aria-valuenow", dot.dataset.block);
    plot.setAttribute("aria-valuetext", dot.dataset.words);
    tip.textContent = plot.dataset.name + ", " + dot.dataset.words;
    tip.hidden = false;
    const at = dot.getBoundingClientRect();
    const left = at.left + at.width / 2 - tip.offsetWidth / 2;
    tip.style.left = Math.max(4, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - 4)) + "px";
    tip.style.top = (at.top > 40 ? at.top - tip.offsetHeight - 8 : at.bottom + 8) + "px";
  };
  all("svg.plot, svg.stretches").forEach((plot) => {
    const dots = all(".dot, .hit", plot);
    const what = plot.matches(".plot") ? ", block" : ", stretch";
    if (!dots.length) return;
    let place = 0;
    dots.forEach((dot) => {
      const title = dot.querySelector("title");
      dot.dataset.words = title.textContent;
      title.remove();
    });
    const set = {
      role: "slider", tabindex: 0, "aria-orientation": "horizontal", "aria-label": plot.dataset.name + what,
      "aria-valuemin": dots[0].dataset.block, "aria-valuemax": dots[dots.length - 1].dataset.block,
      "aria-valuenow": dots[0].dataset.block, "aria-valuetext": dots[0].dataset.words,
    };
    Object.keys(set).forEach((name) => plot.setAttribute(name, set[name]));
    const go = (next) => {
      place = Math.max(0, Math.min(dots.length - 1, next));
      point(plot, dots[place]);
    };
    plot.addEventListener("focus", () => { if (plot.matches(":focus-visible")) go(place); });
    plot.addEventListener("blur", away);
    plot.addEventListener("pointerleave", away);
    plot.addEventListener("pointermove", (event) => {
      const far = dots.map((dot) => {
        const box = dot.getBoundingClientRect();
        if (dot.matches(".dot")) {
          return Math.hypot(box.left + box.width / 2 - event.clientX, box.top + box.height / 2 - event.clientY);
        }
        const beyond = (low, high, at) => Math.max(low - at, at - high, 0);
        return Math.hypot(beyond(box.left, box.right, event.clientX), beyond(box.top, box.bottom, event.clientY)) * 10;
      });
      const nearest = far.indexOf(Math.min(...far));
      if (far[nearest] < 40) go(nearest); else away();
    });
    plot.addEventListener("keydown", (event) => {
      const next = {
        ArrowRight: place + 1, ArrowUp: place + 1, ArrowLeft: place - 1, ArrowDown: place - 1,
        PageUp: place + 10, PageDown: place - 10, Home: 0, End: dots.length - 1,
      }[event.key];
      if (event.key === "Escape") away();
      if (next === undefined) return;
      event.preventDefault();
      go(next);
    });
  });
  addEventListener("scroll", () => {
    if (shown && shown[0] === document.activeElement) point(...shown); else away();
  }, { passive: true });

  one("save").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([one("run").textContent], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "run.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    say("run.json was saved");
  });
})();
