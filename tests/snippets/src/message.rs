//! Sends an HTTP message exactly as the page writes it, over a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::runtime::ProgramOutput;

/// Replaces the token variable, sends the message to its host, and reads the whole response.
pub(crate) fn send(message: &str, token: &str) -> ProgramOutput {
    let message = message.replace("{{accessToken}}", token);
    let (head, body) = message.split_once("\n\n").expect("an empty line ends the head");
    let host = head.lines().find_map(|line| line.strip_prefix("Host: ")).expect("a host");
    // HTTP requires CRLF line endings; editors that send such messages convert them, too.
    let sent = format!("{}\r\nConnection: close\r\n\r\n{body}", head.replace('\n', "\r\n"));
    let mut stream = TcpStream::connect(host).expect("the host listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    stream.write_all(sent.as_bytes()).expect("the message is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8(answer).expect("a text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let is_success = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    ProgramOutput { is_success, output: body.to_owned(), errors: head.to_owned() }
}
