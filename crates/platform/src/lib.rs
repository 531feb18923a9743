//! The reference platform: what the demo, the tests and an office without a back end of its own
//! run. It serves the API of `watchkeeper-wire` over an embedded store.
//!
//! A newcomer's way in: [`api`] has one file per endpoint; [`decide`] applies an operation;
//! [`connectors`] carries out what goes to providers; [`store`] remembers; [`demo`] is a world to
//! look at. Clock and randomness are passed in.

pub mod alerts;
pub mod api;
pub mod auth;
pub mod blobs;
pub mod bring;
mod chain;
pub mod clock;
pub mod connectors;
mod controls;
pub mod cursor;
pub mod decide;
pub mod demo;
pub mod feed;
pub mod hints;
pub mod history;
mod housekeeping;
pub mod intake;
mod limits;
pub mod openapi;
mod packs;
pub mod problem;
pub mod random;
mod server;
mod settings;
pub mod store;

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use watchkeeper_pack::Signed;
use watchkeeper_wire::problem::Code;
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::connectors::Connectors;
use crate::connectors::flag::FlagStandIn;
use crate::connectors::job::JobStandIn;
use crate::connectors::mail::MailStandIn;
use crate::connectors::pagerduty::PagerdutyStandIn;
use crate::connectors::paypal::PaypalStandIn;
use crate::connectors::slack::SlackStandIn;
use crate::connectors::stand_in::Ledger;
use crate::connectors::stripe::StripeStandIn;
use crate::connectors::webhook::WebhookStandIn;
use crate::connectors::wise::WiseStandIn;
use crate::hints::Hints;
use crate::history::History;
use crate::packs::Packs;
use crate::problem::ApiError;
use crate::random::Random;
use crate::store::{Access, NewToken, Secrets, Store, Touched};

pub use server::{Options, Server, StartError};

/// Role that may watch and steer the stand-ins.
pub const ADMIN: &str = "admin";

/// Everything that handlers share.
pub struct Platform {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub random: Arc<dyn Random>,
    /// Secrets of the store.
    pub secrets: Secrets,
    /// Which history of the platform this is.
    pub history: History,
    /// Countersigns audit heads.
    pub audit_key: SigningKey,
    /// The packs in force.
    pub(crate) packs: Packs,
    /// Open streams.
    pub hints: Hints,
    /// Documents.
    pub blobs: Blobs,
    /// Ways to providers.
    pub connectors: Connectors,
    /// Rung when a call waits.
    pub calls_waiting: Notify,
    /// Calls that went out lately.
    pub sends: connectors::Sends,
    /// Memory for the files of calls.
    pub room: connectors::Room,
    /// What stands in for providers, in the demo and in tests.
    pub stand_ins: Option<StandIns>,
    /// The worlds of a demo, which may be chosen while it runs; an office has none.
    pub demo: Option<Arc<demo::Worlds>>,
    /// Ends everything that runs.
    pub stop: CancellationToken,
}

/// What stands in for providers.
#[derive(Clone)]
pub struct StandIns {
    /// Their common ledger.
    pub ledger: Ledger,
    /// For payments by card.
    pub stripe: StripeStandIn,
    /// For payments through PayPal.
    pub paypal: PaypalStandIn,
    /// For what is paid out.
    pub wise: WiseStandIn,
    /// For what a host runs.
    pub flag: FlagStandIn,
    /// For mail.
    pub mail: MailStandIn,
    /// For jobs.
    pub job: JobStandIn,
    /// For webhooks.
    pub webhook: WebhookStandIn,
    /// For pages.
    pub pagerduty: PagerdutyStandIn,
    /// For posts.
    pub slack: SlackStandIn,
}

/// What a new token is to give.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// The operator, made when needed.
    pub operator: String,
    /// Their name.
    pub name: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Regions; empty means all.
    pub regions: Vec<String>,
}

impl Platform {
    /// The public key with which audit heads are countersigned, hex.
    pub fn audit_key_hex(&self) -> String {
        hex::encode(self.audit_key.verifying_key().to_bytes())
    }

    /// Makes a tenant and publishes its pack, where there is one.
    pub async fn found(&self, tenant: &Tenant, pack: Option<&Signed>) -> Result<(), ApiError> {
        self.store.found_tenant(tenant).await?;
        if let Some(pack) = pack {
            self.publish(&tenant.id, pack).await?;
        }
        Ok(())
    }

    /// Checks a pack as a whole and makes it the tenant's active one. Versions only rise; all packs of
    /// a tenant have one publisher, the first one's.
    pub async fn publish(&self, tenant: &str, signed: &Signed) -> Result<PackRef, ApiError> {
        let bundle = signed.bundle();
        let (bytes, hash) = (bundle.bytes().to_vec(), bundle.hash().to_owned());
        let opened = self.packs.opened(bytes, hash).await?;
        let opened = opened.map_err(|error| ApiError::new(Code::BodyInvalid, error.to_string()))?;
        let pack = PackRef {
            hash: bundle.hash().to_owned(),
            version: opened.version,
            signature: signed.signature().to_owned(),
        };
        let published = self
            .store
            .publish_pack(tenant, &pack, bundle.bytes(), signed.publisher());
        if !published.await? {
            let detail = "a pack's version only rises, and its publisher stays";
            return Err(ApiError::new(Code::BodyInvalid, detail));
        }
        self.packs.keep(tenant, &opened);
        settings::of_pack(self, tenant, &opened).await?;
        controls::of_pack(self, tenant, &opened).await?;
        self.hint_all(tenant).await?;
        Ok(pack)
    }

    /// Says settings for a tenant, as its own system does; one that is left out stays as it is, and
    /// null takes one back. Operators say them by operation.
    pub async fn say_settings(
        &self,
        tenant: &str,
        said: &Map<String, Value>,
    ) -> Result<(), ApiError> {
        settings::say(self, tenant, said).await?;
        self.hint_all(tenant).await
    }

    /// Says how a tenant's controls stand, as its own system does; one that is left out stays as it is,
    /// and null takes one back. Operators switch them by operation.
    ///
    /// # Errors
    /// [`Code::BodyInvalid`] where a value does not fit what the tenant's pack says of the control: then
    /// all stand as before.
    pub async fn set_controls(
        &self,
        tenant: &str,
        controls: &Map<String, Value>,
    ) -> Result<(), ApiError> {
        let state = self.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
        if let Some(pack) = self.packs.active(&state).await? {
            for (name, value) in controls.iter().filter(|(_, value)| !value.is_null()) {
                let fits = pack.control_fits(name, value);
                fits.map_err(|why| ApiError::new(Code::BodyInvalid, why))?;
            }
        }
        controls::set(self, tenant, controls, None).await?;
        self.hint_all(tenant).await
    }

    /// Something beside the records changed: `GET /v1/me` says what.
    async fn hint_all(&self, tenant: &str) -> Result<(), ApiError> {
        let state = self.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
        let touched = Touched {
            head: state.head,
            ..Touched::default()
        };
        self.hints.changed(tenant, &touched);
        Ok(())
    }

    /// Makes a token. It is shown here once and kept only as a hash.
    pub async fn issue(&self, tenant: &str, grant: &Grant) -> Result<String, ApiError> {
        let operator = Operator {
            id: grant.operator.clone(),
            name: grant.name.clone(),
        };
        self.store.add_operator(tenant, &operator).await?;
        let token = auth::token(self.random.bytes());
        self.store
            .issue_token(&NewToken {
                hash: auth::token_hash(&token),
                tenant: tenant.to_owned(),
                operator: operator.id,
                roles: grant.roles.clone(),
                regions: grant.regions.clone(),
                made_at: self.clock.now(),
            })
            .await?;
        Ok(token)
    }

    /// Ends a token and its streams.
    pub async fn revoke(&self, token: &str) -> Result<bool, ApiError> {
        let hash = auth::token_hash(token);
        let revoked = self.store.revoke_token(&hash, self.clock.now()).await?;
        self.hints.end(&hash);
        Ok(revoked)
    }

    /// Gives an operator other rights: a new epoch of their feed, and their streams end.
    pub async fn change_rights(
        &self,
        tenant: &str,
        operator: &str,
        roles: &[String],
        regions: &[String],
    ) -> Result<(), ApiError> {
        let touched = self
            .store
            .change_rights(tenant, operator, roles, regions)
            .await?;
        touched.iter().for_each(|hash| self.hints.end(hash));
        Ok(())
    }
}

impl Access {
    /// Refuses whoever may not watch and steer the stand-ins.
    pub fn require_admin(&self) -> Result<(), ApiError> {
        if self.has_role(ADMIN) {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }
}
