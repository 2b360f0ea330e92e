//! 404.html: the page for addresses that are no page. A host shows it at any depth, so it finds the site's root itself.

use sha2::{Digest, Sha256};

/// Looks upward, folder by folder, for the site's list of lessons, and points the link and the style sheet there.
const SCRIPT: &str = r#"(async () => {
  let path = location.pathname;
  while (path !== "/" && path !== "") {
    path = path.slice(0, path.lastIndexOf("/", path.length - 2) + 1);
    const found = await fetch(`${path}lessons.json`, { method: "HEAD" }).then((answer) => answer.ok, () => false);
    if (!found) continue;
    document.querySelector("a").href = path;
    for (const name of ["tokens", "fonts", "site"]) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = `${path}static/style/${name}.css`;
      document.head.append(style);
    }
    return;
  }
})();"#;

/// The whole page. Its one script is allowed by its checksum.
pub fn html() -> String {
    let sum = base64(&Sha256::digest(SCRIPT));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; script-src 'sha256-{sum}'; \
         object-src 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Nothing here · From Scratch to Scale</title>\n</head>\n\
         <body>\n<main class=\"prose-page\">\n<h1>Nothing here</h1>\n\
         <p>This address belongs to no page of the site. <a href=\"/\">All lessons</a></p>\n</main>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0_u32, |word, (place, byte)| word | u32::from(*byte) << (16 - 8 * place));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        assert_eq!(
            ["f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }
}
