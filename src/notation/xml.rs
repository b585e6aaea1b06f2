//! Writes XML, a line for each element.

/// A document that is being written.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins a document with a document type declaration.
    pub fn new(doctype: &str) -> Xml {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{doctype}\n");
        Xml { text, open: Vec::new() }
    }

    /// Opens an element. Everything that is written until it is closed lies within it.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str(&format!("</{name}>\n"));
        }
    }

    /// Writes an element without content.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// Writes an element that contains text.
    pub fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.begin(name, attributes);
        self.text.push('>');
        self.escape(text);
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// Writes an element that contains a number.
    pub fn number(&mut self, name: &str, number: impl std::fmt::Display) {
        self.leaf(name, &[], &number.to_string());
    }

    /// Closes all elements and returns the document.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\""));
            self.escape(value);
            self.text.push('"');
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n(' ', 2 * self.open.len()));
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // XML 1.0 allows no other control characters and not these two, not even escaped.
                '\t' | '\n' | '\r' => self.text.push(' '),
                c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                    self.text.push('\u{FFFD}');
                }
                c => self.text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_lie_within_each_other_and_texts_are_escaped() {
        let mut xml = Xml::new("<!DOCTYPE a>");
        xml.open("a", &[("b", "\"1\" & 2")]);
        xml.leaf("c", &[], "<\u{0}>");
        xml.empty("d", &[]);
        let lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<!DOCTYPE a>",
            "<a b=\"&quot;1&quot; &amp; 2\">",
            "  <c>&lt;\u{FFFD}&gt;</c>",
            "  <d/>",
            "</a>\n",
        ];
        assert_eq!(xml.finish(), lines.join("\n"));
    }
}
