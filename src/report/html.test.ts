import { expect, test } from "vitest";
import { html, named, trusted } from "./html.ts";

const hostile = `<img src=x onerror="alert('1')">&amp;`;

test("escapes what is put into text and attributes", () => {
  expect(html`<b title="${hostile}">${hostile}</b>`.text).toBe(
    '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</b>',
  );
});

test("takes pieces, lists of them, numbers, and nothing", () => {
  const rows = [1, 2].map((value) => html`<li>${value}</li>`);
  expect(html`<ul>${rows}${undefined}${false}${trusted("<hr>")}</ul>`.text).toBe("<ul><li>1</li><li>2</li><hr></ul>");
});

test("keeps names that run right to left to themselves, and control characters out", () => {
  expect(named("שלום").text).toBe("<bdi>שלום</bdi>");
  expect(named("\u202egpj.exe").text).toBe("<bdi>\ufffdgpj.exe</bdi>");
  expect(html`${"a\0b\x1bc\n"}`.text).toBe("a\ufffdb\ufffdc\n");
});
