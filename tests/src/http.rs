//! As much of an HTTP client as the tests need, on a plain socket: what goes over the wire is
//! exactly what a test says, and a stream can be read as it comes.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest silence before a test gives up on an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// Bytes of the body as they came.
    pub size: usize,
}

impl Reply {
    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON. Ends the test if it is none.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("status {}, no JSON ({error}): {}", self.status, self.body),
        }
    }
}

/// A request to be sent.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// "GET", "POST", ….
    pub method: &'a str,
    /// With the query.
    pub path: &'a str,
    /// Header lines besides the usual ones.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The body.
    pub body: &'a [u8],
}

/// Sends a request over a new connection and reads the whole answer.
pub fn send(to: SocketAddr, request: &Request<'_>) -> Result<Reply> {
    let mut reader = open(to, request)?;
    let (status, headers) = read_head(&mut reader)?;
    let mut body = Vec::new();
    match reader.read_to_end(&mut body) {
        // A server that refuses a body it has not read to its end may reset the connection.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => drop(other?),
    }
    let (size, body) = (body.len(), String::from_utf8_lossy(&body).into_owned());
    Ok(Reply {
        status,
        headers,
        body,
        size,
    })
}

/// Sends the request; what is read next is the answer's head. HTTP/1.0, so that no answer comes
/// in chunks and each connection ends with its answer.
fn open(to: SocketAddr, request: &Request<'_>) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = format!("{} {} HTTP/1.0\r\n", request.method, request.path);
    if !request.headers.iter().any(|(name, _)| *name == "host") {
        head.extend(["host: ", &to.to_string(), "\r\n"]);
    }
    for (name, value) in &request.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if request.method != "GET" {
        let length = request.body.len().to_string();
        head.extend(["content-length: ", &length, "\r\n"]);
    }
    head.push_str("\r\n");
    (&stream).write_all(head.as_bytes())?;
    match (&stream).write_all(request.body) {
        // The server has said no before it read all; its answer is there to be read.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
            ) => {}
        other => other?,
    }
    Ok(BufReader::new(stream))
}

type Head = (u16, Vec<(String, String)>);

fn read_head(reader: &mut BufReader<TcpStream>) -> Result<Head> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok());
    let status =
        status.ok_or_else(|| std::io::Error::other(format!("no status line: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            return Ok((status, headers));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// A stream of server-sent events.
pub struct Events {
    reader: BufReader<TcpStream>,
    /// The answer's status.
    pub status: u16,
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its id; empty where it has none.
    pub id: String,
    /// Its data, lines joined.
    pub data: String,
}

impl Events {
    /// Opens a stream, after the event `last` if given.
    pub fn open(to: SocketAddr, path: &str, last: Option<&str>) -> Result<Self> {
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last.map(|id| ("last-event-id", id)));
        let request = Request {
            method: "GET",
            path,
            headers,
            body: b"",
        };
        let mut reader = open(to, &request)?;
        let (status, _) = read_head(&mut reader)?;
        Ok(Self { reader, status })
    }

    /// The next event with an id; none when the stream has ended or has said that it is done. Comments (keep-alives) are passed over.
    pub fn next_event(&mut self) -> Result<Option<Event>> {
        let mut event = Event::default();
        let mut line = String::new();
        while self.reader.read_line(&mut line)? > 0 {
            match line.trim_end_matches(['\r', '\n']).split_once(':') {
                Some(("id", value)) => value.trim_start().clone_into(&mut event.id),
                Some(("data", value)) => event.data.push_str(value.trim_start()),
                None if !event.id.is_empty() => return Ok(Some(event)),
                _ => {}
            }
            line.clear();
        }
        Ok(None)
    }
}
