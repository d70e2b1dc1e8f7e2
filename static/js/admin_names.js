// Give the searchable lists of the admin (Select2) the names of their fields, which it
// leaves out. It builds lists when the page loads, with new rows and when one opens.
function nameOf(select) {
  const label = select && select.labels && select.labels[0];
  return label ? label.textContent.trim().replace(/:$/, "") : "";
}

function nameLists() {
  for (const list of document.querySelectorAll(".select2-container")) {
    const select = list.previousElementSibling;
    const name = nameOf(select);
    if (!name) continue;
    for (const part of list.querySelectorAll("[role=combobox], [role=textbox]")) {
      if (part.getAttribute("aria-label") === name) continue;
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
    if (list.classList.contains("select2-container--open")) {
      for (const field of document.querySelectorAll(".select2-search__field")) {
        field.setAttribute("aria-label", name);
      }
    }
  }
}

nameLists();
new MutationObserver(nameLists).observe(document.body, { childList: true, subtree: true });
