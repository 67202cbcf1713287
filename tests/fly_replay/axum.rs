//! As much of Axum as the middleware uses.

pub mod body {
    pub struct SizeHint(Option<u64>);

    impl SizeHint {
        pub fn upper(&self) -> Option<u64> {
            self.0
        }
    }

    pub trait HttpBody {
        fn size_hint(&self) -> SizeHint;
    }

    /// A body, by its length when that is known.
    pub struct Body(pub Option<u64>);

    impl HttpBody for Body {
        fn size_hint(&self) -> SizeHint {
            SizeHint(self.0)
        }
    }
}

pub mod http {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    #[derive(PartialEq)]
    pub struct Method(pub Cow<'static, str>);

    impl Method {
        pub const GET: Self = Self(Cow::Borrowed("GET"));
        pub const HEAD: Self = Self(Cow::Borrowed("HEAD"));
        pub const OPTIONS: Self = Self(Cow::Borrowed("OPTIONS"));
        pub const TRACE: Self = Self(Cow::Borrowed("TRACE"));
    }

    pub struct StatusCode(pub u16);

    impl StatusCode {
        pub const CONFLICT: Self = Self(409);
    }

    pub struct HeaderMap(pub BTreeMap<String, String>);

    impl HeaderMap {
        pub fn contains_key(&self, name: &str) -> bool {
            self.0.contains_key(name)
        }
    }

    pub struct Uri(pub String);

    impl Uri {
        pub fn path(&self) -> &str {
            self.0.split('?').next().unwrap()
        }
    }
}

pub mod extract {
    use super::body::Body;
    use super::http::{HeaderMap, Method, Uri};

    pub struct Request {
        pub method: Method,
        pub uri: Uri,
        pub headers: HeaderMap,
        pub body: Body,
    }

    impl Request {
        pub fn method(&self) -> &Method {
            &self.method
        }

        pub fn uri(&self) -> &Uri {
            &self.uri
        }

        pub fn headers(&self) -> &HeaderMap {
            &self.headers
        }

        pub fn body(&self) -> &Body {
            &self.body
        }
    }
}

pub mod response {
    use super::http::StatusCode;

    pub struct Response {
        pub status: u16,
        pub headers: Vec<(String, String)>,
    }

    pub trait IntoResponse {
        fn into_response(self) -> Response;
    }

    impl<const N: usize> IntoResponse for (StatusCode, [(&str, &str); N]) {
        fn into_response(self) -> Response {
            let headers = self.1.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Response { status: self.0.0, headers: headers.to_vec() }
        }
    }
}

pub mod middleware {
    use super::extract::Request;
    use super::response::Response;

    pub struct Next;

    impl Next {
        pub async fn run(self, _: Request) -> Response {
            Response { status: 200, headers: Vec::new() }
        }
    }
}
