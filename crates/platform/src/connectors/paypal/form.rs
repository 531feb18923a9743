//! A request in several parts: what goes with a dispute is JSON and files beside it.

/// Parts that were put together so far.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// None so far. No part may hold the boundary: it is made of what nobody can know who makes a file.
    pub(super) fn new(boundary: String) -> Self {
        Self {
            boundary,
            body: Vec::new(),
        }
    }

    fn part(&mut self, head: &str, bytes: &[u8]) {
        let begin = format!("--{}\r\nContent-Disposition: form-data; ", self.boundary);
        self.body.extend_from_slice(begin.as_bytes());
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(b"\r\n\r\n");
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
    }

    /// Adds a part of JSON.
    pub(super) fn json(&mut self, name: &str, value: &serde_json::Value) {
        let head = format!("name=\"{name}\"\r\nContent-Type: application/json");
        self.part(&head, value.to_string().as_bytes());
    }

    /// Adds a file. Its name and kind are ours, and hold neither quotes nor line breaks.
    pub(super) fn file(&mut self, name: &str, (file, media): (&str, &str), bytes: &[u8]) {
        let head = format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {media}");
        self.part(&head, bytes);
    }

    /// `Content-Type` and bytes of the whole.
    pub(super) fn end(mut self) -> (String, Vec<u8>) {
        let end = format!("--{}--\r\n", self.boundary);
        self.body.extend_from_slice(end.as_bytes());
        let kind = format!("multipart/form-data; boundary={}", self.boundary);
        (kind, self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_between_boundaries() {
        let mut form = Form::new("b1".into());
        form.json("input", &serde_json::json!({"a": 1}));
        form.file("evidence-file", ("a.pdf", "application/pdf"), b"%PDF");
        let (kind, body) = form.end();
        assert_eq!(kind, "multipart/form-data; boundary=b1");
        let wanted = "--b1\r\nContent-Disposition: form-data; name=\"input\"\r\n\
                      Content-Type: application/json\r\n\r\n{\"a\":1}\r\n\
                      --b1\r\nContent-Disposition: form-data; name=\"evidence-file\"; \
                      filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b1--\r\n";
        assert_eq!(String::from_utf8_lossy(&body), wanted);
    }
}
