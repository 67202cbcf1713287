//! What can stand behind `key =`: values in flyctl's spelling.

use std::fmt::{Display, Write as _};

use toml_writer::{TomlStringBuilder, TomlWrite as _};

use crate::fly_toml::{
    AutoStop, Builtin, CheckType, Compression, ConcurrencyType, CpuKind, Handler, HeaderEdit, HttpScheme, MachineSize,
    PersistRootfs, Protocol, ProxyProtoVersion, ReplayCacheType, RestartPolicy, Share, Signal, Strategy, TlsVersion,
};
use crate::value::{Duration, Name, Scalar, Sourced, Strings};

pub(in crate::fly_toml) trait Put {
    fn put(&self, out: &mut String);

    /// Whether Go takes it for nothing: flyctl leaves such a value out unless it holds it by a pointer.
    fn is_zero(&self) -> bool {
        false
    }
}

impl Put for str {
    fn put(&self, out: &mut String) {
        let text = TomlStringBuilder::new(self);
        // Go's encoder escapes a tab, which may stand in a literal too. Writing to a string cannot fail.
        let _ = match text.as_literal().filter(|_| !self.contains('\t')) {
            Some(literal) => out.value(literal),
            None => out.value(text.as_basic()),
        };
    }

    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl Put for bool {
    fn put(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn is_zero(&self) -> bool {
        !self
    }
}

fn put_display(value: impl Display, out: &mut String) {
    let _ = write!(out, "{value}");
}

/// A float as Go's encoder writes it: never with an exponent, always with a point.
pub(in crate::fly_toml) fn put_float(number: f64, out: &mut String) {
    put_display(number, out);
    if number.fract() == 0.0 {
        out.push_str(".0");
    }
}

macro_rules! put {
    ($($type:ty => |$value:ident, $out:ident| $body:expr;)+) => {
        $(impl Put for $type {
            fn put(&self, $out: &mut String) {
                let $value = self;
                $body;
            }
        })+
    };
}

macro_rules! put_number {
    ($($type:ty)+) => {
        $(impl Put for $type {
            fn put(&self, out: &mut String) {
                put_display(self, out);
            }

            fn is_zero(&self) -> bool {
                *self == 0
            }
        })+
    };
}

macro_rules! put_text {
    ($($type:ty => |$value:ident| $text:expr;)+) => {
        $(impl Put for $type {
            fn put(&self, out: &mut String) {
                let $value = self;
                $text.put(out);
            }

            fn is_zero(&self) -> bool {
                let $value = self;
                $text.is_empty()
            }
        })+
    };
}

put_number! { u8 u32 i64 }

put_text! {
    String => |v| v.as_str();
    Signal => |v| v.0;
    Builtin => |v| v.0;
    MachineSize => |v| v.0;
    CpuKind => |v| v.0;
    Handler => |v| v.0;
    TlsVersion => |v| v.0;
    Strings => |v| v.0;
}

put! {
    Name => |v, out| v.as_str().put(out);
    Scalar => |v, out| v.as_str().put(out);
    AutoStop => |v, out| v.as_str().put(out);
    Strategy => |v, out| v.as_str().put(out);
    Compression => |v, out| v.as_str().put(out);
    ConcurrencyType => |v, out| v.as_str().put(out);
    CheckType => |v, out| v.as_str().put(out);
    Protocol => |v, out| v.as_str().put(out);
    HttpScheme => |v, out| v.as_str().put(out);
    ProxyProtoVersion => |v, out| v.as_str().put(out);
    ReplayCacheType => |v, out| v.as_str().put(out);
    RestartPolicy => |v, out| v.as_str().put(out);
    crate::value::Port => |v, out| put_display(v, out);
    crate::value::RegionCode => |v, out| v.as_str().put(out);
    crate::value::Memory => |v, out| v.as_str().put(out);
    crate::value::VolumeSize => |v, out| v.as_str().put(out);
    Share => |v, out| put_float(v.0, out);
}

impl Put for PersistRootfs {
    fn put(&self, out: &mut String) {
        self.as_str().put(out);
    }

    fn is_zero(&self) -> bool {
        *self == Self::None
    }
}

impl<U> Put for Duration<U> {
    fn put(&self, out: &mut String) {
        self.to_string().put(out);
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, out: &mut String) {
        out.push('[');
        for (i, item) in self.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            item.put(out);
        }
        out.push(']');
    }

    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Put> Put for Sourced<T> {
    fn put(&self, out: &mut String) {
        self.value.put(out);
    }

    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
}

impl Put for HeaderEdit {
    fn put(&self, out: &mut String) {
        match self {
            Self::Set(text) => text.put(out),
            Self::SetAll(texts) => texts.put(out),
            Self::Flag(flag) => flag.put(out),
        }
    }
}

pub(in crate::fly_toml) fn put_key(key: &str, out: &mut String) {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { out.push_str(key) } else { key.put(out) }
}
