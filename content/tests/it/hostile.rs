//! Markdown full of script.

use crate::page::{render, tags};

const PAYLOADS: [&str; 58] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "text <img src=x onerror=alert(1)> text",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;javascript:alert(1)'>",
    "<base href=javascript:alert(1)//>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo '<script>alert(1)</script>' ?>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><script>alert(1)</script>",
    "<plaintext><script>alert(1)</script>",
    "<xss style=behavior:url(x.htc)>",
    "<p style=\"background:url(javascript:alert(1))\">x",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x](javascript&#10;:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x]( javascript:alert(1) \"title\")",
    "[x](https://a.example \"\\\" onmouseover=alert(1) x=\\\"\")",
    "[x](https://a.example/\"onmouseover=alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=\"alert(1)>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![\" onerror=\"alert(1)](https://a.example/x.png)",
    "![x](https://a.example/x.png \"\\\" onerror=\\\"alert(1)\")",
    "![\" onerror=\"alert(1)](asset:00000000000000000000000001)",
    "![x](asset:00000000000000000000000001\"onerror=alert(1))",
    "```\"><script>alert(1)</script>\nx\n```",
    "```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "# <img src=x onerror=alert(1)> \" id=x onclick=alert(1)",
    "[^\"><script>]\n\n[^\"><script>]: <script>alert(1)</script>",
    "> [!NOTE] <script>alert(1)</script>\n> | <script>a</script> |\n> |---|\n> | \" onx=1 |",
];

#[test]
fn no_payload_becomes_script() {
    for payload in PAYLOADS {
        for markdown in [
            payload.to_owned(),
            format!("Before. {payload} After."),
            format!("- {payload}\n- **{payload}**"),
            format!("| a |\n|---|\n| {payload} |"),
            format!("> {payload}"),
        ] {
            let html = render(&markdown).html;
            for tag in tags(&html) {
                assert!(
                    !tag.attributes.keys().any(|name| name.starts_with("on") || name == "style"),
                    "{markdown:?} gave {html}"
                );
            }
        }
    }
}

#[test]
fn raw_tags_are_shown_as_the_author_typed_them() {
    let rendered = render("Use Vec<T> and <script>alert(1)</script>.");
    assert_eq!(
        crate::page::text(&rendered.html).trim(),
        "Use Vec<T> and <script>alert(1)</script>."
    );
}

#[test]
fn dropped_links_keep_their_text() {
    let rendered = render("Press [here](javascript:alert(1)) now.");
    assert_eq!(rendered.html, "<p><span data-s=\"0\">Press here now.</span></p>\n");
}
