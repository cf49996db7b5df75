//! Sends an HTTP message as it is written, over a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::runtime::Ended;

/// Fills in the variable, sends the message to the host that it names, and reads until the other side has said all.
pub(crate) fn send(message: &str, token: &str) -> Ended {
    let message = message.replace("{{accessToken}}", token);
    let (head, body) = message.split_once("\n\n").expect("an empty line ends the head");
    let host = head.lines().find_map(|line| line.strip_prefix("Host: ")).expect("a host");
    // HTTP ends lines as a telegraph did; the editors that send such messages see to it, too.
    let sent = format!("{}\r\nConnection: close\r\n\r\n{body}", head.replace('\n', "\r\n"));
    let mut stream = TcpStream::connect(host).expect("the host listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    stream.write_all(sent.as_bytes()).expect("the message is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8(answer).expect("a text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let is_good = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    Ended { is_success: is_good, output: body.to_owned(), errors: head.to_owned() }
}
