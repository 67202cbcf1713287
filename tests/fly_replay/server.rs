//! A server with the middleware in front of an app that answers everything.

#[path = "middleware.rs"]
mod fly_replay;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let first = lines.next().unwrap_or_default();
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let headers: BTreeMap<String, String> = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
            .collect();
        let chunked = headers.contains_key("transfer-encoding");
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let body = Body((!chunked).then_some(length));
        let request =
            Request { method: Method(Cow::Owned(method)), uri: Uri(target), headers: HeaderMap(headers), body };
        let mut answer = pin!(fly_replay::fly_replay(request, Next));
        let Poll::Ready(response) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
        write!(stream, "HTTP/1.1 {} X\r\n", response.status).unwrap();
        for (name, value) in response.headers {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        write!(stream, "\r\n").unwrap();
    }
}
