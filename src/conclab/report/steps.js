"use strict";
// Adds to a page that is complete without it: one step at a time, and what stood where after it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const say = (text) => { one("told").textContent = text; };

  const copied = () => {
    const range = document.createRange();
    range.selectNodeContents(one("replay"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  };
  const copy = one("copy");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      let done = true;
      try { await navigator.clipboard.writeText(one("replay").textContent); } catch { done = copied(); }
      copy.textContent = done ? "Copied" : "Select and copy";
      say(done ? "The command was copied" : "The command could not be copied");
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
  }
  if (!one("view")) return;

  const { steps, files, rows } = JSON.parse(one("view").textContent);
  const theatre = one("theatre");
  const bar = theatre.querySelector(".bar");
  const slider = one("place");
  const panels = all(".panel");
  let place = 0;
  let timer = 0;
  all(".live, #save").forEach((each) => { each.hidden = false; });

  const line = ([number, text], before) => {
    const made = document.createElement("div");
    made.className = before && number !== before + 1 ? "line after-gap" : "line";
    made.dataset.line = number;
    made.textContent = text || " ";
    return made;
  };
  const fill = (panel, file) => {
    const pane = panel.querySelector(".window");
    if (pane.dataset.file === file) return pane;
    pane.dataset.file = file;
    const lines = files[file] || [];
    pane.replaceChildren(...lines.map((each, number) => line(each, number ? lines[number - 1][0] : 0)));
    return pane;
  };
  const into = (pane, spot) => {
    // keeps still while the line can be seen well: what moves is the mark, not the text
    const height = spot.getBoundingClientRect().height;
    const room = Math.round(pane.clientHeight / height);
    const first = Math.round(pane.scrollTop / height);
    const own = Math.round(spot.offsetTop / height);
    const margin = room > 6 ? 2 : 1;
    if (own - margin < first || own + margin >= first + room) pane.scrollTop = (own - Math.floor(room / 2)) * height;
  };
  const stand = (panel, thread) => {
    panel.dataset.state = thread.state;
    panel.querySelector(".state").textContent = thread.words;
    panel.querySelector(".did").textContent = thread.state === "ready" && thread.did ? "last: " + thread.did : thread.did;
    panel.querySelector(".outdated").textContent = thread.outdated.join("; ");
    const pane = fill(panel, thread.file);
    all(".here", pane).forEach((each) => each.classList.remove("here"));
    const spot = thread.line && pane.querySelector('[data-line="' + thread.line + '"]');
    if (!spot) return;
    spot.classList.add("here");
    into(pane, spot);
  };
  const tell = (table, list, write) => {
    if (one(table)) all("tbody tr", one(table)).forEach((row, number) => write(row, all("td", row), list[number]));
  };
  const sync = (step) => {
    all("[data-row]").forEach((row) => {
      if (row.dataset.row === String(step.row)) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    });
    all(".listing .here").forEach((each) => { each.className = "line ran"; });
    const own = step.threads[step.thread];
    const listing = all(".listing").find((each) => each.dataset.file === own.file);
    const spot = listing && own.line && listing.querySelector('[data-line="' + own.line + '"]');
    if (spot) spot.className = "line ran here t" + (step.thread % 8);
  };
  const go = (next) => {
    place = Math.max(0, Math.min(steps.length - 1, next));
    const step = steps[place];
    slider.value = place + 1;
    const count = "step " + (place + 1) + " of " + steps.length;
    one("count").textContent = count;
    slider.setAttribute("aria-valuetext", count + ", " + step.said);
    one("said").textContent = step.said;
    one("switched").textContent = step.arrival;
    one("switched").className = step.chosen ? "chosen" : "";
    one("switched").hidden = !step.arrival;
    bar.querySelector(".now").className = "now t" + (step.thread % 8);
    panels.forEach((panel, number) => stand(panel, step.threads[number]));
    tell("values", step.values, (row, [value, mark], each) => {
      row.className = each.mark;
      value.textContent = each.text;
      mark.textContent = each.mark !== "write" ? each.mark
        : "written" + (!each.before ? "" : each.before === each.text ? ", the same as before" : ", was " + each.before);
    });
    tell("locks", step.locks, (row, [holder, wanted], each) => {
      row.className = each.holder && each.wanted ? "wanted" : each.holder ? "held" : "";
      holder.textContent = each.holder;
      wanted.textContent = each.wanted;
    });
    sync(step);
    all("[data-go=first], [data-go=back]").forEach((each) => { each.setAttribute("aria-disabled", place === 0); });
    all("[data-go=forward], [data-go=last]").forEach((each) => {
      each.setAttribute("aria-disabled", place === steps.length - 1);
    });
    if (!timer) say("Step " + (place + 1) + ". " + (step.arrival ? step.arrival + ". " : "") + step.said);
  };

  const label = (text) => { bar.querySelector("[data-go=play] span").textContent = text; };
  const pause = () => {
    clearTimeout(timer);
    timer = 0;
    label("Play");
  };
  const tick = () => {
    go(place + 1);
    if (place === steps.length - 1) {
      pause();
      go(place);
    } else timer = setTimeout(tick, Number(one("speed").value));
  };
  const play = () => {
    if (place === steps.length - 1) place = -1;
    label("Pause");
    timer = setTimeout(tick, place < 0 ? 0 : Number(one("speed").value));
  };
  const moves = {
    first: () => 0,
    back: () => place - 1,
    forward: () => place + 1,
    last: () => steps.length - 1,
    switch: () => {
      const later = steps.findIndex((step, number) => number > place && step.chosen);
      return later < 0 ? steps.findIndex((step) => step.chosen) : later;
    },
  };
  const act = (name) => {
    const playing = timer;
    pause();
    if (name !== "play") go(moves[name]());
    else if (playing) go(place);
    else play();
  };
  all("[data-go]").forEach((button) => button.addEventListener("click", () => act(button.dataset.go)));
  slider.addEventListener("input", () => {
    pause();
    go(Number(slider.value) - 1);
  });

  const keys = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", " ": "play" };
  const inView = () => {
    const box = theatre.getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  };
  document.addEventListener("keydown", (event) => {
    const name = keys[event.key];
    const at = event.target;
    if (!name || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || at.matches("select")) return;
    // a button or link under the focus keeps its own space; a wide table keeps its own arrows
    if (event.key === " " ? at.matches("button, a, summary") : at.matches(".wide") && at.scrollWidth > at.clientWidth) return;
    if (!theatre.contains(at) && !inView()) return;
    event.preventDefault();
    act(name);
  });

  all("[data-row]").forEach((row) => {
    const head = row.querySelector("th");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.setAttribute("aria-label", "Go to step " + head.textContent);
    head.replaceChildren(button);
    row.addEventListener("click", () => {
      if (String(getSelection())) return;
      pause();
      go(rows[Number(row.dataset.row)][0]);
    });
  });
  const fit = () => {
    // what gets the focus must not end up under the bar
    document.documentElement.style.scrollPaddingTop = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight + 8 + "px" : "";
    panels.forEach((panel, number) => stand(panel, steps[place].threads[number]));
  };
  addEventListener("resize", fit);

  one("save").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([one("document").textContent], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "explore.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    say("explore.json was saved");
  });
  go(0);
  fit();
})();
