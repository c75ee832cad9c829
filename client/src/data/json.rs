//! JSON, read piece by piece. A library for all needs would make the first load of the page a tenth
//! larger.
//!
//! Everything gives `None` where the text is not what was requested; the rest is not read then.
//! The tests compare it with serde_json.

use super::decimal;

/// Lists and objects may lie this deep within each other.
const DEEPEST: u8 = 100;

/// A value with all that is in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Fields in order.
    Object(Vec<(String, Value)>),
}

/// A text, and how far it is read.
#[derive(Clone, Debug)]
pub struct Json<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl Value {
    /// Reads a whole text.
    pub fn read(text: &str) -> Option<Self> {
        let mut json = Json::new(text);
        let value = json.value()?;
        json.is_at_end().then_some(value)
    }

    /// A field of an object. Of several with one name the last counts.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => {
                fields.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What a list holds.
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl<'a> Json<'a> {
    /// The beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Whether nothing follows.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Whatever comes next.
    pub fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'{' => {
                let mut fields = Vec::new();
                self.object(&mut |json, name| {
                    fields.push((name.to_owned(), json.value()?));
                    Some(())
                })?;
                Some(Value::Object(fields))
            }
            b'[' => {
                let mut items = Vec::new();
                self.list(&mut |json| {
                    items.push(json.value()?);
                    Some(())
                })?;
                Some(Value::List(items))
            }
            b'"' => self.string().map(Value::Text),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            _ => self.number().map(Value::Number),
        }
    }

    /// A list, whose every item is read by `item`.
    pub fn list(&mut self, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.nested(b'[', b']', item)
    }

    /// An object, whose every field is read by `field`, after its name.
    pub fn object(&mut self, field: &mut dyn FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.nested(b'{', b'}', &mut |json| {
            let name = json.string()?;
            json.take(b':')?;
            field(json, &name)
        })
    }

    /// A finite number, as near to what is written as numbers are.
    pub fn number(&mut self) -> Option<f64> {
        self.peek()?;
        let rest = self.text.get(self.at..)?;
        let is_of_number =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(is_of_number).count();
        let number = decimal::read(rest.get(..length)?)?;
        self.at += length;
        Some(number)
    }

    /// A text.
    pub fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut string = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            string.push_str(rest.get(..plain)?);
            self.at += plain + 1;
            match rest.as_bytes().get(plain)? {
                b'"' => return Some(string),
                b'\\' => string.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let letter = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.four_digits()?;
                let second = if (0xD800..0xDC00).contains(&first)
                    && self.text.get(self.at..)?.starts_with("\\u")
                {
                    self.at += 2;
                    Some(self.four_digits()?)
                } else {
                    None
                };
                char::decode_utf16([first].into_iter().chain(second)).next()?.ok()?
            }
            _ => return None,
        })
    }

    fn four_digits(&mut self) -> Option<u16> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    fn nested(
        &mut self,
        open: u8,
        close: u8,
        item: &mut dyn FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        self.depth = Some(self.depth + 1).filter(|depth| *depth < DEEPEST)?;
        loop {
            item(self)?;
            if self.take(b',').is_none() {
                self.depth -= 1;
                return self.take(close);
            }
        }
    }

    fn word(&mut self, word: &str, meaning: Value) -> Option<Value> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
            meaning
        })
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The next letter that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What serde_json reads, as this page has it.
    fn expected(value: &serde_json::Value) -> Value {
        use serde_json::Value as Theirs;
        match value {
            Theirs::Null => Value::Null,
            Theirs::Bool(it) => Value::Bool(*it),
            Theirs::Number(it) => Value::Number(it.as_f64().unwrap()),
            Theirs::String(it) => Value::Text(it.clone()),
            Theirs::Array(items) => Value::List(items.iter().map(expected).collect()),
            Theirs::Object(fields) => Value::Object(
                fields.iter().map(|(name, it)| (name.clone(), expected(it))).collect(),
            ),
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            prop::num::f64::NORMAL.prop_map(Into::into),
            "\\PC{0,8}".prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-z\"\\\\ä]{0,4}", inner, 0..6)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_to_the_last_bit(value in json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                prop_assert_eq!(Value::read(&text), Some(expected(&value)));
            }
        }

        #[test]
        fn what_serde_reads_is_read_alike_and_no_text_is_too_much(text in "[\\[\\]{},:\"\\\\u0-9a-fE.+ \
            tn-]{0,24}") {
            let ours = Value::read(&text);
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(ours, Some(expected(&theirs)));
            }
        }

        #[test]
        fn a_text_cut_short_is_broken(value in json(), cut in 0.0f64..1.0) {
            let text = serde_json::json!([value, {"a": 1}]).to_string();
            let mut end = (text.len() as f64 * cut) as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            prop_assert_eq!(Value::read(&text[..end]), None);
        }
    }

    #[test]
    fn escapes_are_letters() {
        let text = r#""\u00e4\ud83d\udd25\n\"\/""#;
        assert_eq!(Value::read(text), Some(Value::Text("ä🔥\n\"/".into())));
        for broken in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\u00""#,
            r#""\x""#,
            "\"\n\"",
            "\"",
            "1 2",
            "1e999",
            "[1,]",
        ] {
            assert_eq!(Value::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_well_of_brackets_is_broken_and_not_a_crash() {
        assert_eq!(Value::read(&"[".repeat(1_000_000)), None);
        assert!(Value::read(&format!("{}{}", "[".repeat(99), "]".repeat(99))).is_some());
    }
}
