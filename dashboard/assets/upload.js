// The upload page, where the browser does the work itself: a file that is far too large is never read, findings are
// filtered and sorted without asking the server.
(function () {
  "use strict";

  let turn = 0; // how many files have been chosen on the page

  // The server says how large a file may be, and what is said of one that is larger.
  function limits() {
    return document.getElementById("upload-card").dataset;
  }

  function isTooLarge(bytes) {
    return bytes > Number(limits().largest);
  }

  function tooLarge(name) {
    return limits().tooLarge.replace("{name}", function () { return name; });
  }

  function say(text) {
    window.dash_clientside.set_props("upload-problem", { children: text });
  }

  // Before the component of Dash sees it: reading a film into memory would end the tab.
  function guard(event, files) {
    if (!files || !files.length) return;
    const large = Array.from(files).find(function (file) { return isTooLarge(file.size); });
    if (!large && files.length === 1) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(large ? tooLarge(large.name) : "These are " + files.length + " files. Choose one return at a time.");
    if (event.type === "change") event.target.value = "";
  }

  function inside(event) {
    return event.target.closest && event.target.closest("#upload-drop");
  }

  document.addEventListener("change", function (event) {
    if (event.target.type === "file" && inside(event)) guard(event, event.target.files);
  }, true);

  document.addEventListener("drop", function (event) {
    if (inside(event) && event.dataTransfer) guard(event, event.dataTransfer.files);
  }, true);

  // The component's own field has no name and no look: the button before it is what people use, by keyboard too.
  new MutationObserver(function () {
    const field = document.querySelector("#upload-drop input[type=file]");
    if (!field || field.hasAttribute("aria-label")) return;
    field.setAttribute("aria-label", "The return’s file");
    field.tabIndex = -1;
  }).observe(document.documentElement, { childList: true, subtree: true });

  // A file dropped beside the box would make the browser leave the page, and everything typed would be lost.
  ["dragover", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      if (document.getElementById("upload-drop") && !inside(event)) event.preventDefault();
    });
  });

  // The box is emptied each time, and each choice has a number: the very same file once more is checked once more.
  function take(contents, name) {
    const none = window.dash_clientside.no_update;
    if (!contents) return [none, none, none, none];
    const comma = contents.indexOf(",");
    const content = contents.slice(comma + 1);
    if (isTooLarge(content.length * 0.75)) return [null, tooLarge(name), true, null];
    turn += 1;
    return [{ name: name, content: content, turn: turn }, "", false, null];
  }

  const RANK = { error: 0, warning: 1, note: 2 };

  // Which findings are shown and in what order. The rows are in the file's order, and remember their place in it.
  function findings(severity, rule, order, _children) {
    const table = document.querySelector("#upload-findings tbody");
    if (!table) return "";
    const rows = Array.from(table.rows);
    rows.forEach(function (row, at) {
      if (row.dataset.place === undefined) row.dataset.place = at;
      const fits = (severity === "all" || row.dataset.severity === severity) && (rule === "all" || !rule || row.dataset.rule === rule);
      row.hidden = !fits;
    });
    const place = function (row) { return Number(row.dataset.place); };
    const by = {
      file: function (a, b) { return place(a) - place(b); },
      severity: function (a, b) { return RANK[a.dataset.severity] - RANK[b.dataset.severity] || place(a) - place(b); },
      rule: function (a, b) { return a.dataset.rule.localeCompare(b.dataset.rule) || place(a) - place(b); },
      column: function (a, b) { return a.dataset.column.localeCompare(b.dataset.column) || place(a) - place(b); },
    };
    rows.sort(by[order] || by.file).forEach(function (row) { table.appendChild(row); });
    const shown = rows.filter(function (row) { return !row.hidden; }).length;
    return shown === rows.length ? rows.length.toLocaleString("en-GB") + " shown" : shown.toLocaleString("en-GB") + " of " + rows.length.toLocaleString("en-GB") + " shown";
  }

  // The findings are put into the page a moment after their component: wait until they are there.
  function whenThere(severity, rule, order, children) {
    return new Promise(function (done) {
      window.requestAnimationFrame(function () { done(findings(severity, rule, order, children)); });
    });
  }

  // After the button: to what became of it, which may be far above the last field.
  function done(children) {
    if (children) {
      window.requestAnimationFrame(function () {
        const place = document.getElementById("upload-done-place");
        if (!place) return;
        place.tabIndex = -1;
        place.focus();
        place.scrollIntoView({ block: "center" });
      });
    }
    return window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { upload: { take: take, findings: whenThere, done: done } });
})();
