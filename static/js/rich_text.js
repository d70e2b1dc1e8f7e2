// An editor over each textarea of rich text. The textarea is what is sent: without this
// script, and for a text that the editor would not give back whole, it holds HTML.
const KEPT = ["id", "lang", "href", "hreflang", "colspan", "rowspan", "scope"];
const BLOCKS = [
  "paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "table",
  "tableRow", "tableCell", "tableHeader", "definitionList", "term", "definition",
];

const kept = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
});

function extensions(kit, levels) {
  const { Node, Mark, Extension } = kit;
  const plain = (name, tag, content, group) =>
    Node.create({
      name,
      content,
      group,
      parseHTML: () => [{ tag }],
      renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
    });
  const mark = (tag) =>
    Mark.create({
      name: tag,
      parseHTML: () => [{ tag }],
      renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
    });
  const attributes = Extension.create({
    name: "keptAttributes",
    addGlobalAttributes: () => [
      { types: BLOCKS, attributes: { id: kept("id"), lang: kept("lang") } },
      { types: ["tableHeader"], attributes: { scope: kept("scope") } },
      { types: ["link"], attributes: { hreflang: kept("hreflang") } },
    ],
  });
  // The caption is an attribute here, for a table of the editor holds nothing but rows.
  const Table = kit.Table.extend({
    parseHTML() {
      return [...this.parent(), { tag: "caption", ignore: true }];
    },
    addAttributes() {
      return {
        ...this.parent?.(),
        caption: {
          default: null,
          parseHTML: (table) => table.querySelector("caption")?.textContent.trim() || null,
          renderHTML: (table) => (table.caption ? { "data-caption": table.caption } : {}),
        },
      };
    },
  });
  return [
    kit.Document, kit.Paragraph, kit.Text, kit.HardBreak, kit.HorizontalRule,
    kit.Heading.configure({ levels }), kit.Bold, kit.Italic, kit.Subscript,
    kit.Superscript, kit.BulletList, kit.ListItem, kit.Blockquote, kit.History,
    kit.OrderedList.configure({ enableListAttributes: false }),
    kit.Link.configure({ openOnClick: false, enableTarget: false, autolink: false }),
    Table, kit.TableRow, kit.TableCell, kit.TableHeader,
    ...["abbr", "cite", "code", "q"].map(mark),
    plain("definitionList", "dl", "(term | definition)+", "block"),
    plain("term", "dt", "inline*"),
    plain("definition", "dd", "block+"),
    attributes,
  ];
}

// Write HTML as the house does: no paragraph alone in a cell or item, rows of headings in
// a head, each heading with its direction.
function tidy(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const [from, to] of [["b", "strong"], ["i", "em"]]) {
    for (const old of body.querySelectorAll(from)) rename(old, to);
  }
  for (const place of body.querySelectorAll("li, td, th, dd")) unwrap(place);
  for (const table of body.querySelectorAll("table")) order(table);
  for (const element of body.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      const isOne = name.endsWith("span") && value === "1";
      if (!KEPT.includes(name) || isOne) element.removeAttribute(name);
    }
  }
  return body.innerHTML.replace(/<p><\/p>/g, "").trim();
}

function rename(old, tag) {
  const element = old.ownerDocument.createElement(tag);
  element.append(...old.childNodes);
  old.replaceWith(element);
}

function unwrap(place) {
  const paragraphs = [...place.children].filter((child) => child.tagName === "P");
  const others = [...place.children].filter((child) => !/^(P|UL|OL)$/.test(child.tagName));
  if (paragraphs.length !== 1 || others.length || paragraphs[0].attributes.length) return;
  paragraphs[0].replaceWith(...paragraphs[0].childNodes);
}

function order(table) {
  const document = table.ownerDocument;
  if (table.dataset.caption) {
    table.createCaption().textContent = table.dataset.caption;
  }
  const rows = [...table.rows];
  const heads = rows.findIndex((row) => row.querySelector("td"));
  const head = heads < 0 ? 0 : heads;
  for (const part of table.querySelectorAll("thead, tbody, tfoot, colgroup")) part.remove();
  for (const [name, some] of [["thead", rows.slice(0, head)], ["tbody", rows.slice(head)]]) {
    if (!some.length) continue;
    table.append(document.createElement(name));
    table.lastChild.append(...some);
    for (const cell of table.lastChild.querySelectorAll("th:not([scope])")) {
      cell.scope = name === "thead" ? "col" : "row";
    }
  }
}

const inOneLine = (html) => html.replace(/\s+/g, " ").replace(/ ?(<[^>]+>) ?/g, "$1");

// Whether the editor gives the text back as it was, but for the house's way of writing.
export function isKeptWhole(editor, html) {
  return inOneLine(tidy(editor.getHTML())) === inOneLine(tidy(html));
}

const act = (editor) => editor.chain().focus();
const tools = {
  paragraph: { run: (editor) => act(editor).setParagraph().run() },
  heading: {
    run: (editor, levels) => act(editor).toggleHeading({ level: levels[0] }).run(),
    isOn: (editor) => editor.isActive("heading"),
  },
  bold: { run: (editor) => act(editor).toggleBold().run() },
  italic: { run: (editor) => act(editor).toggleItalic().run() },
  bulletList: { run: (editor) => act(editor).toggleBulletList().run() },
  orderedList: { run: (editor) => act(editor).toggleOrderedList().run() },
  blockquote: { run: (editor) => act(editor).toggleBlockquote().run() },
  link: { run: link },
  table: {
    run: (editor) =>
      act(editor).insertTable({ rows: 3, cols: 2, withHeaderRow: true }).run(),
  },
  caption: { run: caption, within: "table" },
  addRow: { run: (editor) => act(editor).addRowAfter().run(), within: "table" },
  deleteRow: { run: (editor) => act(editor).deleteRow().run(), within: "table" },
  addColumn: { run: (editor) => act(editor).addColumnAfter().run(), within: "table" },
  deleteColumn: { run: (editor) => act(editor).deleteColumn().run(), within: "table" },
  undo: { run: (editor) => act(editor).undo().run() },
  redo: { run: (editor) => act(editor).redo().run() },
};

function link(editor, _levels, words) {
  const href = prompt(words.address, editor.getAttributes("link").href || "https://");
  if (href === null) return;
  const chain = act(editor).extendMarkRange("link");
  if (href.trim() && href !== "https://") chain.setLink({ href: href.trim() }).run();
  else chain.unsetLink().run();
}

function caption(editor, _levels, words) {
  const text = prompt(words.captionText, editor.getAttributes("table").caption || "");
  if (text !== null) {
    act(editor).updateAttributes("table", { caption: text.trim() || null }).run();
  }
}

function bar(editor, area, levels) {
  const words = JSON.parse(area.dataset.words);
  const dom = document.createElement("div");
  dom.className = "rich-text__bar";
  dom.setAttribute("role", "toolbar");
  const buttons = JSON.parse(area.dataset.tools).map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words[name];
    button.dataset.tool = name;
    dom.append(button);
    return button;
  });
  const show = () => {
    for (const button of buttons) {
      const tool = tools[button.dataset.tool];
      if (!tool) continue;
      const isOn = (tool.isOn || ((one) => one.isActive(button.dataset.tool)))(editor);
      button.setAttribute("aria-pressed", String(isOn));
      button.hidden = Boolean(tool.within) && !editor.isActive(tool.within);
    }
  };
  // The text keeps the focus, so that no letter typed at once is lost.
  dom.addEventListener("mousedown", (event) => event.preventDefault());
  dom.addEventListener("click", (event) => {
    const name = event.target.dataset.tool;
    if (name in tools) tools[name].run(editor, levels, words);
  });
  editor.on("transaction", show);
  show();
  return dom;
}

async function start(area) {
  if (area.id.includes("__prefix__") || area.hidden) return;
  const kit = await import(area.dataset.richText);
  const levels = JSON.parse(area.dataset.levels);
  const box = document.createElement("div");
  box.className = "rich-text";
  const editor = new kit.Editor({
    element: box,
    extensions: extensions(kit, levels),
    content: area.value,
    injectCSS: false,
    editorProps: { attributes: { "aria-label": area.labels[0]?.textContent.trim() || "" } },
  });
  area.before(box);
  const tell = document.createElement("p");
  tell.className = "help";
  tell.hidden = true;
  tell.textContent = JSON.parse(area.dataset.words).unknown;
  area.before(tell);
  const menu = bar(editor, area, levels);
  box.prepend(menu);
  const source = menu.querySelector("[data-tool=source]");
  let isSource = false;
  const show = () => {
    for (const button of menu.children) button.disabled = isSource && button !== source;
    source.setAttribute("aria-pressed", String(isSource));
    editor.view.dom.hidden = isSource;
    area.hidden = !isSource;
  };
  const edit = () => {
    editor.commands.setContent(area.value, { emitUpdate: false });
    const isWhole = isKeptWhole(editor, area.value);
    tell.hidden = isWhole;
    isSource = !isWhole;
    show();
  };
  source.addEventListener("click", () => {
    if (isSource) edit();
    else {
      isSource = true;
      show();
    }
  });
  editor.on("update", () => {
    area.value = tidy(editor.getHTML());
  });
  area.editor = editor;
  edit();
}

for (const area of document.querySelectorAll("textarea[data-rich-text]")) start(area);
document.addEventListener("formset:added", ({ target }) => {
  for (const area of target.querySelectorAll("textarea[data-rich-text]")) start(area);
});
