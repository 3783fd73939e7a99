//! How attributes become the bytes of a row.
//!
//! An own format instead of a serialisation crate, since it lies on disks for years: eighty lines that
//! depend on no derive order and no crate's major version, a third of JSON's size for bytes and
//! numbers, and decoded without an intermediate tree.
//!
//! `body = version, map`; `map = count, (text, value)*`; `value = tag, payload`; lengths and counts are
//! LEB128, whole numbers zigzag LEB128.

use std::collections::BTreeMap;

use store::table::{Attributes, Value};

const VERSION: u8 = 1;

const TEXT: u8 = 0;
const NUMBER: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const BYTES: u8 = 4;
const LIST: u8 = 5;
const MAP: u8 = 6;

/// Deeper than anything that `limits` lets in; keeps damaged bytes from exhausting the stack.
const MAX_DEPTH: u32 = 64;

/// Bytes that no version of this format wrote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of an item does not decode: {0}")]
pub struct DamagedBody(&'static str);

/// Writes attributes as bytes.
pub fn encode(attributes: &Attributes) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.push(VERSION);
    put_map(&mut out, attributes);
    out
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// [`DamagedBody`] - for anything else; never panics, whatever the bytes are.
pub fn decode(bytes: &[u8]) -> Result<Attributes, DamagedBody> {
    let mut input = Input(bytes);
    if input.byte()? != VERSION {
        return Err(DamagedBody("another version"));
    }
    let attributes = input.map(0)?;
    if input.0.is_empty() { Ok(attributes) } else { Err(DamagedBody("bytes after the end")) }
}

fn put_map(out: &mut Vec<u8>, map: &BTreeMap<String, Value>) {
    put_length(out, map.len());
    for (name, value) in map {
        put_bytes(out, name.as_bytes());
        put_value(out, value);
    }
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::S(text) => {
            out.push(TEXT);
            put_bytes(out, text.as_bytes());
        }
        Value::N(number) => {
            out.push(NUMBER);
            put_varint(out, ((number << 1) ^ (number >> 63)) as u64);
        }
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::B(bytes) => {
            out.push(BYTES);
            put_bytes(out, bytes);
        }
        Value::L(values) => {
            out.push(LIST);
            put_length(out, values.len());
            for value in values {
                put_value(out, value);
            }
        }
        Value::M(map) => {
            out.push(MAP);
            put_map(out, map);
        }
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    put_varint(out, length as u64);
}

fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What is still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Result<u8, DamagedBody> {
        let (first, rest) = self.0.split_first().ok_or(DamagedBody("it ends early"))?;
        self.0 = rest;
        Ok(*first)
    }

    fn varint(&mut self) -> Result<u64, DamagedBody> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DamagedBody("a number is too long"))
    }

    /// A length or a count; never more than there are bytes left, so nothing is allocated for a lie.
    fn length(&mut self) -> Result<usize, DamagedBody> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if length <= self.0.len() { Ok(length) } else { Err(DamagedBody("it ends early")) }
    }

    fn bytes(&mut self) -> Result<&'a [u8], DamagedBody> {
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, DamagedBody> {
        let text = std::str::from_utf8(self.bytes()?).map_err(|_| DamagedBody("not UTF-8"))?;
        Ok(text.to_owned())
    }

    fn map(&mut self, depth: u32) -> Result<BTreeMap<String, Value>, DamagedBody> {
        (0..self.length()?).map(|_| Ok((self.text()?, self.value(depth)?))).collect()
    }

    fn value(&mut self, depth: u32) -> Result<Value, DamagedBody> {
        if depth > MAX_DEPTH {
            return Err(DamagedBody("it is nested too deep"));
        }
        Ok(match self.byte()? {
            TEXT => Value::S(self.text()?),
            NUMBER => {
                let zigzag = self.varint()?;
                Value::N((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
            }
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            BYTES => Value::B(self.bytes()?.to_vec()),
            LIST => Value::L(
                (0..self.length()?).map(|_| self.value(depth + 1)).collect::<Result<_, _>>()?,
            ),
            MAP => Value::M(self.map(depth + 1)?),
            _ => return Err(DamagedBody("an unknown kind of value")),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn example() -> Attributes {
        let nested = BTreeMap::from([("".into(), Value::L(vec![Value::Bool(true), Value::N(-1)]))]);
        BTreeMap::from([
            ("title".into(), Value::S("형태소 \0 분석기".into())),
            ("empty".into(), Value::S(String::new())),
            ("low".into(), Value::N(i64::MIN)),
            ("high".into(), Value::N(i64::MAX)),
            ("hidden".into(), Value::Bool(false)),
            ("body".into(), Value::B((0..=255).collect())),
            ("parts".into(), Value::M(nested)),
        ])
    }

    #[test]
    fn attributes_read_back_as_they_were_written() {
        assert_eq!(decode(&encode(&example())), Ok(example()));
        assert_eq!(decode(&encode(&Attributes::new())), Ok(Attributes::new()));
    }

    #[test]
    fn a_body_that_ends_anywhere_early_is_damaged() {
        let whole = encode(&example());
        for end in 0..whole.len() {
            assert!(decode(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn damaged_bytes_are_an_error_and_nothing_worse() {
        let whole = encode(&example());
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[place] ^= 1 << bit;
                // Either an error or other attributes; what counts is that it returns.
                let _ = decode(&damaged);
            }
        }
        let deep: Vec<u8> = [VERSION, 1, 0]
            .into_iter()
            .chain(std::iter::repeat_n([LIST, 1], 100_000).flatten())
            .collect();
        assert_eq!(decode(&deep), Err(DamagedBody("it is nested too deep")));
    }
}
