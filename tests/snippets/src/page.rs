//! Runs code with jQuery in a page in headless Chromium.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::runtime::{ProgramOutput, ended};

/// Path of jQuery, installed by npm.
pub(crate) fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/jquery/dist/jquery.js")
}

/// The version according to its header comment.
pub(crate) fn version() -> Option<String> {
    let text = std::fs::read_to_string(library()).ok()?;
    let line = text.lines().find(|line| line.contains("jQuery JavaScript Library v"))?;
    line.split_once("Library v").map(|(_, version)| format!("jQuery {version}"))
}

/// A page with the code in a `<script>`; console output and errors are written into the document.
fn document(code: &str, token: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><script src=\"/jquery.js\"></script></head>\
         <body><pre id=\"log\"></pre><pre id=\"error\"></pre><script>\
         const say = (place) => (...words) => {{ document.getElementById(place).append(words.join(' ') + '\\n'); }};\
         console.log = say('log'); console.error = say('error'); window.onerror = say('error');\
         const accessToken = {};\n</script><script>\n{code}</script></body></html>",
        serde_json::Value::from(token),
    )
}

/// Opens the page in Chromium and returns what the document contains when the page is idle.
pub(crate) fn open(chromium: &Path, folder: &Path, code: &str, token: &str) -> ProgramOutput {
    let origin = serve(document(code, token));
    let output = Command::new(chromium)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(&origin)
        .output()
        .expect("Chromium starts");
    let dump = ended(&output);
    let text_of = |id: &str| {
        let (_, from) = dump.output.split_once(&format!("<pre id=\"{id}\">"))?;
        from.split_once("</pre>").map(|(text, _)| unescaped(text))
    };
    let (log, error) = (text_of("log").unwrap_or_default(), text_of("error").unwrap_or_default());
    ProgramOutput {
        is_success: dump.is_success && error.is_empty() && !log.is_empty(),
        output: log,
        errors: error,
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

fn serve(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let origin = format!("http://{}", listener.local_addr().expect("it listens"));
    let library = std::fs::read_to_string(library()).expect("jQuery is there");
    std::thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            answer(&stream, &document, &library);
        }
    });
    origin
}

/// Answers one request; a client that disconnects early is ignored.
fn answer(mut stream: &TcpStream, document: &str, library: &str) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(first) = lines.next() else { return };
    let _ = lines.count();
    let (kind, body) = match first.split(' ').nth(1) {
        Some("/") => ("text/html", document),
        Some("/jquery.js") => ("text/javascript", library),
        _ => ("text/plain", ""),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind};charset=utf-8\r\nContent-Length: {length}\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
