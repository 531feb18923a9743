//! The OpenAPI 3.1 document, made from the wire types and the handlers.

use std::sync::OnceLock;

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api;

/// What the document says beside its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Watchkeeper platform API",
        description = "What a platform offers to Watchkeeper. A platform with its own back end implements this document.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    modifiers(&BearerToken),
    security(("token" = [])),
    tags(
        (name = "session", description = "Who is signed in, on which laptop"),
        (name = "packs", description = "Packs by hash"),
        (name = "feed", description = "What changed"),
        (name = "operations", description = "What operators do"),
        (name = "audit", description = "Delivery of audit chains"),
        (name = "blobs", description = "Documents by hash"),
        (name = "ingest", description = "From the platform's own systems"),
        (name = "document", description = "This document"),
    ),
)]
pub struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("Belongs to one tenant; can be revoked."))
            .build();
        document
            .components
            .get_or_insert_with(Default::default)
            .add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// The document as JSON, with a final newline.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let (_, document) = api::endpoints();
        let mut text = document.to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    })
}
