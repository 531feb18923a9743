//! Templates: minijinja with strict undefined and fuel, behind one module.

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    /// As written.
    pub source: String,
}
