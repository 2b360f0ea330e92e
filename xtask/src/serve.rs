//! `cargo xtask serve`: builds, then serves `dist/` from this machine only.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    thread,
};

use crate::{
    build::{self, Options},
    failure::{Failure, Outcome},
};

/// Builds and serves until it is stopped.
pub fn run(arguments: &[String]) -> Outcome {
    build::run(Options::read(arguments))?;
    let port = arguments
        .iter()
        .position(|argument| argument == "--port")
        .and_then(|place| arguments.get(place + 1))
        .and_then(|port| port.parse().ok())
        .unwrap_or(8080);
    let listener = TcpListener::bind(("127.0.0.1", port))
        .map_err(|error| Failure(format!("Port {port} cannot be used ({error}); choose another with --port.")))?;
    println!("\nThe site is at http://localhost:{port}/  (Ctrl-C stops it)");
    for stream in listener.incoming().flatten() {
        thread::spawn(move || {
            // A browser that goes away mid-answer is no trouble of ours.
            let _ = answer(stream, &build::dist());
        });
    }
    Ok(())
}

fn answer(mut stream: TcpStream, dist: &Path) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let mut words = request.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
        let (status, file) = match find(dist, target) {
            Some(file) => ("200 OK", file),
            None => ("404 Not Found", dist.join("404.html")),
        };
        let body = fs::read(&file).unwrap_or_default();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\r\n",
            content_type(&file),
            body.len()
        )?;
        if method != "HEAD" {
            stream.write_all(&body)?;
        }
    }
}

/// The file behind an address; nothing outside `dist`.
fn find(dist: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.trim_start_matches('/');
    let path = Path::new(path);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = dist.join(path);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    file.is_file().then_some(file)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "rs" | "md" | "toml" | "txt" | "csv" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_is_served() {
        let folder = std::env::temp_dir().join(format!("xtask-serve-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("sub/index.html"), "x").unwrap();
        assert_eq!(find(&folder, "/sub/?q=1"), Some(folder.join("sub/index.html")));
        assert_eq!(find(&folder, "/../secret"), None);
        assert_eq!(find(&folder, "/missing"), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
